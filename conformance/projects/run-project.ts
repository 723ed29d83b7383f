/** Creates a project in a temporary folder, installs the packages from their tarballs, and runs its commands. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openBrowser, readPrintedLines, startPageServer } from '@throughline/testing/browsers';
import { findFreePort, startTestServer } from '@throughline/testing/processes';
import { installRuntime } from '../runtimes/install-runtime.js';
import { runtimes } from '../runtimes/runtimes.js';
import type { App, Project, ProjectFolder } from './project.js';
import { runReactNativeBundles } from './react-native/run-bundles.js';
import { runApp } from './run-app.js';
import { runStarter } from './run-starter.js';
import { SharedInstalls } from './shared-installs.js';
import { checkEngines, copyStarter, readStarterManifest } from './starter-files.js';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const apps = join(workspace, 'conformance/projects/apps');

export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/** The versions of packages, by name. */
export type Versions = Readonly<Record<string, string>>;

const WITHOUT_TELEMETRY = {
  ASTRO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
  NUXT_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_METRICS: 'false',
};

/**
 * The environment variables with which the commands of a project run.
 * @param programs the folders of Node and of other programs, and of those of the workspace if the project may use them
 */
function environmentOf(folder: string, programs: readonly string[]): NodeJS.ProcessEnv {
  const PATH = [join(folder, 'node_modules/.bin'), ...programs, process.env.PATH].join(delimiter);
  // A test runner that is started by a test of Node would otherwise report to it, and not print.
  const { NODE_TEST_CONTEXT: _context, NODE_V8_COVERAGE: _coverage, ...env } = process.env;
  return { ...env, ...WITHOUT_TELEMETRY, PATH, CI: '1', NO_COLOR: '1' };
}

/** Builds of large applications take minutes if the machine is busy. */
const COMMAND_TIMEOUT_MS = 600_000;

/** Runs a command. @throws Error with the last lines that it printed, if it fails */
async function run(
  folder: string,
  command: string,
  args: readonly string[],
  env = environmentOf(folder, [dirname(process.execPath)]),
): Promise<string> {
  try {
    const options = { cwd: folder, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 1e8, env };
    return (await promisify(execFile)(command, args, options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
    const text = lines.length === 0 ? message : lines.slice(0, 25).join('\n');
    throw new Error(`${[command, ...args].join(' ')} failed:\n${text}`);
  }
}

/** Makes the tarballs of the packages in a folder. */
export async function packTarballs(folder: string): Promise<readonly Tarball[]> {
  const packed: { packPackages(folder: string): readonly Tarball[] } = await import(
    new URL('../../../scripts/pack.mjs', import.meta.url).href
  );
  return packed.packPackages(folder);
}

/** Installs without the network: extracts the tarballs, and links their dependencies from the workspace. */
async function installFromWorkspace(
  folder: string,
  tarballs: readonly Tarball[],
  project: ProjectFolder,
): Promise<void> {
  const modules = join(folder, 'node_modules');
  const linked = new Set(Object.keys(project.dependencies ?? {}));
  for (const { name, file } of tarballs) {
    const target = join(modules, name);
    await mkdir(target, { recursive: true });
    await run(folder, 'tar', ['-xzf', file, '-C', target, '--strip-components=1']);
    const manifest: { dependencies?: object } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies ?? {})) linked.add(dependency);
  }
  for (const name of linked) {
    const source = ['packages/request/node_modules', 'packages/transform/node_modules', 'node_modules']
      .map((path) => join(workspace, path, name))
      .find(existsSync);
    if (source === undefined) throw new Error(`The workspace has no package '${name}'.`);
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(source, join(modules, name), 'junction');
  }
}

/** Installs what a project depends on. The folder may be another one than that of the project. */
async function installFromNpm(
  folder: string,
  { dependencies = {}, starter }: ProjectFolder,
  tarballs: readonly Tarball[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const manifest = join(folder, 'package.json');
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error'];
  if (starter !== undefined) {
    const starterManifest = readStarterManifest(starter.folder);
    await writeFile(manifest, JSON.stringify(starterManifest));
    const named = { ...starterManifest.dependencies, ...starterManifest.devDependencies };
    const files = tarballs.filter(({ name }) => name in named).map(({ file }) => file);
    // Here, npm checks the ranges of peer dependencies.
    await run(folder, 'npm', [...args, ...files], env);
    checkEngines(folder, starterManifest);
    return;
  }
  if (!existsSync(manifest))
    await writeFile(manifest, JSON.stringify({ name: 'project', private: true, dependencies }));
  await run(folder, 'npm', [...args, '--legacy-peer-deps', ...tarballs.map(({ file }) => file)], env);
}

/** Reads the versions of the packages that are installed in a project, by name. */
async function readVersions(folder: string, names: readonly string[]): Promise<Versions> {
  const entries = names.map(async (name) => {
    const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
    return [name, (JSON.parse(text) as { version: string }).version] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Copies the files of an application, and the program that all applications have. */
async function copyApp(folder: string, { folder: name, program }: App): Promise<void> {
  await cp(join(apps, name), folder, { recursive: true });
  await mkdir(dirname(join(folder, program)), { recursive: true });
  await cp(join(apps, 'shared/flows.js'), join(folder, program));
}

/** Copies an example, without what is installed or compiled in its folder. */
async function copyExample(name: string, folder: string): Promise<void> {
  const filter = (path: string) => !/[\\/](?:node_modules|dist)$/.test(path);
  await cp(join(workspace, 'examples', name), folder, { recursive: true, filter });
}

/** Opens a page in Chromium. @returns the first line that it prints */
async function openPage(file: string): Promise<string | undefined> {
  const server = await startPageServer();
  const browser = await openBrowser('chromium').catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  try {
    const folder = dirname(file);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) server.add(`/${relative(folder, path).replaceAll(sep, '/')}`, await readFile(path));
    }
    const html = await readFile(file, 'utf8');
    const [line] = await readPrintedLines(browser, server, { path: `/${basename(file)}`, html, lineCount: 1 });
    return line;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Opens the page of Vite's development server in Chromium. @throws Error if its title does not become `output` */
async function openDevelopedPage(folder: string, output: string): Promise<void> {
  const port = await findFreePort();
  const url = `http://localhost:${port}/`;
  const args = [join(folder, 'node_modules/vite/bin/vite.js'), folder, '--port', String(port), '--strictPort'];
  await using _server = await startTestServer({ url, port, path: process.execPath, args, probe: () => fetch(url) });
  const browser = await openBrowser('chromium');
  try {
    const page = await browser.openPage(url);
    for (const deadline = Date.now() + 60_000; ; await delay(50)) {
      const title = await page.evaluate('document.title').catch(String);
      if (title === output) return;
      if (Date.now() > deadline)
        throw new Error(`The page of vite dev must have the title '${output}', not '${title}'.`);
    }
  } finally {
    await browser.close();
  }
}

/** A project that has been created, and whose commands have run. */
export interface CreatedProject {
  readonly folder: string;
  /** The environment variables of its commands. */
  readonly env: NodeJS.ProcessEnv;
  /** The path of Node. */
  readonly node: string;
  /** Returns the environment variables with which another version of Node runs commands. */
  environmentFor(node: NonNullable<Project['node']>): Promise<NodeJS.ProcessEnv>;
  /** What the last command has printed. */
  readonly printed: string;
  /** Reads the versions of installed packages, by name. */
  readVersions(names: readonly string[]): Promise<Versions>;
}

/**
 * Creates a project, runs its commands, and removes it when `use` has finished.
 * @param installs what projects share that are installed from npm. Default: nothing
 * @throws Error with what a command printed, if a command fails
 */
export async function withProject<T>(
  project: ProjectFolder,
  tarballs: readonly Tarball[],
  use: (created: CreatedProject) => Promise<T>,
  installs = new SharedInstalls([], ''),
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-project-'));
  try {
    const { dependencies = {}, manifest = {}, files, starter } = project;
    if (project.example !== undefined) await copyExample(project.example, folder);
    const manifestText = JSON.stringify({ name: 'project', private: true, dependencies, ...manifest });
    if (starter !== undefined) await copyStarter(starter.folder, folder);
    const ownManifest = starter === undefined ? { 'package.json': manifestText } : {};
    for (const [path, content] of Object.entries({ ...ownManifest, ...files })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    for (const name of project.folders ?? []) await cp(join(apps, name), folder, { recursive: true });
    const node = project.node === undefined ? process.execPath : await installRuntime(runtimes[project.node]);
    // A starter must not need the programs of the workspace.
    const programs = starter === undefined ? [join(workspace, 'node_modules/.bin')] : [];
    if (starter?.runner !== undefined) programs.push(dirname(await installRuntime(runtimes[starter.runner])));
    const environmentOfNode = (path: string) => environmentOf(folder, [...programs, dirname(path)]);
    const env = environmentOfNode(node);
    if (project.isQuick) await installFromWorkspace(folder, tarballs, project);
    else await installs.provide(project, folder, (target) => installFromNpm(target, project, tarballs, env));
    let printed = '';
    for (const [command, ...args] of project.commands) {
      printed = await run(folder, command === 'node' ? node : command, args, env);
    }
    return await use({
      folder,
      env,
      node,
      environmentFor: async (name) => environmentOfNode(await installRuntime(runtimes[name])),
      printed,
      readVersions: (names) => readVersions(folder, names),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a project.
 * @param installs what projects share that are installed from npm. Default: nothing
 * @returns the versions of its dependencies
 * @throws Error with what a command printed, if a command fails or the last one prints something else than expected;
 * the
 *   same for the page
 */
export async function runProject(
  project: Project,
  tarballs: readonly Tarball[],
  installs?: SharedInstalls,
): Promise<Versions> {
  const { output, page, reactNative, app, starter, dependencies = {} } = project;
  return withProject(
    project,
    tarballs,
    async (created) => {
      const { folder, env, printed, readVersions } = created;
      if (output !== undefined && !printed.includes(output)) {
        throw new Error(`The output must contain '${output}':\n${printed.slice(0, 2000)}`);
      }
      if (page !== undefined) {
        const line = await openPage(join(folder, page));
        if (line !== output)
          throw new Error(`The page ${page} must print '${output}' in Chromium, and printed '${line}'.`);
      }
      if (reactNative !== undefined) await runReactNativeBundles(folder, reactNative);
      if (project.isDevelopedWithVite && output !== undefined) await openDevelopedPage(folder, output);
      if (starter !== undefined) await runStarter(starter, created);
      if (app !== undefined) {
        await copyApp(folder, app);
        const [command, ...args] = app.build;
        await run(folder, command, args, env);
        await runApp(app, { folder, env });
      }
      return readVersions(Object.keys(dependencies));
    },
    installs,
  );
}
