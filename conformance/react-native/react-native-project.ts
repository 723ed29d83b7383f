/**
 * React Native, as an application installs it: its JavaScript, Metro, and the preset for Babel. All of it is JavaScript,
 * and what is native stands in `native-side.ts`.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The packages of a new application. They are 200 MB, so they are installed only for these tests. */
const PACKAGES: Readonly<Record<string, string>> = {
  'react-native': '0.88.1',
  '@babel/runtime': '7.29.15',
  '@react-native/metro-config': '0.88.1',
};

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const project = join(repository, '.runtimes', 'react-native');

/** How long Metro may take to read and lower 350 files on a machine that does other work too. */
const TIMEOUT_MS = 300_000;

export const reactNativeVersion = PACKAGES['react-native'] as string;

export function isReactNativeInstalled(): boolean {
  return Object.entries(PACKAGES).every(([name, version]) => {
    const manifest = join(project, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

export async function installReactNative(): Promise<void> {
  if (isReactNativeInstalled()) return;
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--loglevel=error'];
  await promisify(execFile)('npm', args, { cwd: project });
}

/**
 * Bundles a program with Metro, in a process of its own: Metro keeps threads and caches.
 *
 * @param program the compiled program, which imports `react-native` and `throughline`
 * @param output where the bundle is written
 * @returns the bundle, a script whose syntax Hermes knows
 */
export async function bundleWithMetro(program: string, output: string): Promise<string> {
  const script = fileURLToPath(new URL('metro-process.js', import.meta.url));
  // Metro does not follow symbolic links: `.runtimes` can be one, and `throughline` in `node_modules` is one.
  const folders = [await realpath(project), dirname(program), join(repository, 'packages', 'core')];
  await promisify(execFile)(process.execPath, [script, program, output, ...folders], { timeout: TIMEOUT_MS });
  return readFile(output, 'utf8');
}
