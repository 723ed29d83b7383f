/**
 * Installs runtimes. Their binaries come as npm packages. Each is installed once, in a separate directory outside of
 * the project's dependencies.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Runtime } from './runtimes.js';

const runtimesDirectory = fileURLToPath(new URL('../../../.runtimes/', import.meta.url));

/** The installations of this process, by directory: several columns use one runtime, and start at the same time. */
const installations = new Map<string, Promise<string>>();

/**
 * Installs a runtime if it is missing or has another version.
 *
 * @returns the path of its binary
 */
export function installRuntime(runtime: Runtime): Promise<string> {
  const { package: name, version } = runtime;
  const directory = join(runtimesDirectory, name === 'node' ? `node${Number.parseInt(version, 10)}` : name);
  const binary = installations.get(directory) ?? installInto(directory, runtime);
  installations.set(directory, binary);
  return binary;
}

async function installInto(directory: string, { package: name, version }: Runtime): Promise<string> {
  const binary = join(directory, 'node_modules', '.bin', name);
  const manifest = join(directory, 'node_modules', name, 'package.json');
  if (existsSync(binary) && JSON.parse(await readFile(manifest, 'utf8')).version === version) return binary;
  await mkdir(directory, { recursive: true });
  // With a package.json in the directory, npm does not treat it as a part of the workspace.
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true }));
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', `${name}@${version}`];
  await promisify(execFile)('npm', args, { cwd: directory });
  return binary;
}
