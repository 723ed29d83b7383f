// Makes a fresh checkout ready: installs what package-lock.json names, once, compiles what has changed, and bundles the
// packages, because everything that imports them by name loads the bundles.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Throughline needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

function run(what, command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(`${what}: ${error.message}`);
  if (status !== 0) {
    console.error(`${what} failed: ${command} ${args.join(' ')}`);
    process.exit(status ?? 1);
  }
}

const installed = 'node_modules/.package-lock.json';
const isInstalled = existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs;
if (!isInstalled) run('Installing', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
run('Compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
await import('./bundle.mjs');
