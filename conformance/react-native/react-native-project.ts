/**
 * React Native, as an application installs it: its JavaScript, Metro, and the preset for Babel. All of it is
 * JavaScript; `native-side.ts` takes the place of the native side.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The newest version, with which the tests run by default. */
export const NEWEST_VERSION = '0.88.1';

/** The packages of an application. They are 200 MB, so they are installed only for these tests. */
const packagesOf = (version: string): Readonly<Record<string, string>> => ({
  'react-native': version,
  '@babel/runtime': '7.29.15',
  '@react-native/metro-config': version,
  'react-native-worklets': '0.14.0',
});

const projectOf = (version: string) =>
  join(repository, '.runtimes', version === NEWEST_VERSION ? 'react-native' : `react-native-${version}`);

/** How long Metro may take to read and lower 350 files on a machine that does other work too. */
const TIMEOUT_MS = 300_000;

function isInstalled(version: string): boolean {
  return Object.entries(packagesOf(version)).every(([name, wanted]) => {
    const manifest = join(projectOf(version), 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === wanted;
  });
}

export async function installReactNative(version: string): Promise<void> {
  if (isInstalled(version)) return;
  const project = projectOf(version);
  await mkdir(project, { recursive: true });
  const manifest = { private: true, dependencies: packagesOf(version) };
  await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
  // The newest version of the worklets does not name older versions of React Native, of which it needs nothing here.
  const options = ['--force', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', '--loglevel=error', ...options], { cwd: project });
}

/**
 * Bundles a program with Metro, in a process of its own: Metro keeps threads and caches.
 *
 * @param version the version of React Native
 * @param program the compiled program, which imports `react-native` and `throughline`
 * @param output where the bundle is written
 * @returns the bundle, a script whose syntax Hermes knows
 */
export async function bundleWithMetro(version: string, program: string, output: string): Promise<string> {
  const script = fileURLToPath(new URL('metro-process.js', import.meta.url));
  // Metro does not follow symbolic links: `.runtimes` can be one, and `throughline` in `node_modules` is one.
  const folders = [await realpath(projectOf(version)), dirname(program), join(repository, 'packages', 'core')];
  await promisify(execFile)(process.execPath, [script, program, output, ...folders], { timeout: TIMEOUT_MS });
  return readFile(output, 'utf8');
}
