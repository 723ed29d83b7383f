/**
 * Makes a checkout ready: installs what package-lock.json names, unless it is installed, compiles what has changed, and
 * bundles the packages, because everything that imports them by name loads the bundles.
 *
 *     node scripts/setup.mjs          for all commands
 *     node scripts/setup.mjs server   for `npm start`: fewer packages, and no type check, which would need the types of
 *                                     every framework that the packages support
 *
 * No script of a package runs (--ignore-scripts): nothing is compiled natively, and nothing but packages is downloaded.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  allPackages,
  missingPackages,
  readLockfile,
  SERVER_WORKSPACES,
  workspacePackages,
} from './installed-packages.mjs';
import { longStep } from './long-step.mjs';
import { waitForTurn } from './one-setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Throughline needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

// After Ctrl-C, npm still removes what it has begun to install. Only then does this process end, and the next can begin.
const INTERRUPTED = 130;
let isInterrupted = false;
let runningCommand;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (isInterrupted || runningCommand === undefined) process.exit(INTERRUPTED);
    isInterrupted = true;
    // A terminal sends Ctrl-C to all processes, and npm does not clean up if it gets it twice.
    if (signal !== 'SIGINT') runningCommand.kill(signal);
  });
}

const endTurn = await waitForTurn();
const packages = readLockfile('package-lock.json');
const isForServer = process.argv[2] === 'server';
const isComplete = missingPackages(root, packages, allPackages(packages)).length === 0;
if (!isComplete) {
  if (!isForServer) await install('all commands', allPackages(packages), ['--include=dev']);
  else {
    const needed = workspacePackages(packages, SERVER_WORKSPACES);
    const workspaces = SERVER_WORKSPACES.flatMap((workspace) => ['--workspace', workspace]);
    if (missingPackages(root, packages, needed).length > 0) {
      await install('the server', needed, ['--omit=dev', ...workspaces, '--include-workspace-root']);
    }
  }
}
await compile();
endTurn();

/**
 * @param {string} user who needs the packages
 * @param {readonly string[]} paths the paths that npm fills
 * @param {readonly string[]} selection the arguments that select the packages
 */
async function install(user, paths, selection) {
  // Without this list, neither npm nor the next start takes a half-removed node_modules for complete.
  rmSync('node_modules/.package-lock.json', { force: true });
  const present = new Set();
  const waiting = new Set(paths);
  const count = () => {
    for (const path of waiting) {
      if (!existsSync(join(path, 'package.json'))) continue;
      waiting.delete(path);
      present.add(path);
    }
    return present.size;
  };
  const step = {
    doing: `Installing what ${user} need${user === 'the server' ? 's' : ''}`,
    done: () => `Installed ${count()} packages`,
    unit: 'packages',
    total: paths.length,
    count,
  };
  // npm would remove the packages too, but fails at some of those that an interrupted installation left, and the old
  // files would be counted until then.
  for (const folder of nodeModulesFolders()) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
  const common = [
    '--include=optional',
    '--include=peer',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  await runStep(step, ...npm(['ci', ...selection, ...common]));
}

/** The node_modules of the root and of the workspaces. */
function nodeModulesFolders() {
  const workspaces = Object.values(packages).flatMap(({ link, resolved }) => (link ? [resolved] : []));
  return ['node_modules', ...workspaces.map((workspace) => join(workspace, 'node_modules'))];
}

async function compile() {
  const tsc = ['node_modules/typescript/bin/tsc', '-b'];
  if (isForServer) tsc.push(...(isComplete ? [] : ['--noCheck']), ...SERVER_WORKSPACES);
  await runStep({ doing: 'Compiling', done: () => 'Compiled' }, process.execPath, tsc);
  await runStep({ doing: 'Bundling the packages', done: () => 'Bundled the packages' }, process.execPath, [
    'scripts/bundle.mjs',
  ]);
}

/** @returns {[string, string[]]} the command that runs the npm which runs this script */
function npm(args) {
  const { npm_execpath: script = '' } = process.env;
  return basename(script) === 'npm-cli.js' ? [process.execPath, [script, ...args]] : ['npm', args];
}

/** Runs a command as a step. Its output is printed only if it fails, and then this process ends with its exit code. */
async function runStep(step, command, args) {
  const { status, output } = await longStep(step, async () => {
    const result = await run(command, args);
    if (isInterrupted) process.exitCode = INTERRUPTED;
    else if (result.status !== 0) process.exitCode = result.status;
    return isInterrupted ? { ...result, status: INTERRUPTED } : result;
  });
  if (status === 0) return;
  endTurn();
  if (process.exitCode === INTERRUPTED) process.exit();
  process.stderr.write(output);
  console.error(`${step.doing} failed: ${[command, ...args].join(' ')}`);
  process.exit();
}

/** @returns {Promise<{ status: number, output: string }>} */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    runningCommand = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const end = (result) => {
      runningCommand = undefined;
      resolve(result);
    };
    child.on('error', (error) => end({ status: 1, output: `${error.message}\n` }));
    child.on('close', (code) => end({ status: code ?? 1, output }));
  });
}
