/**
 * Installs runtimes and engines. Their binaries come as npm packages. Each is installed once, in a separate directory
 * outside of the project's dependencies.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Runtime } from './runtimes.js';

const runtimesDirectory = fileURLToPath(new URL('../../../.runtimes/', import.meta.url));

/** The installations of this process, by directory: several columns use one package, and start at the same time. */
const installations = new Map<string, Promise<string>>();

/**
 * Installs a runtime if it is missing or has another version.
 *
 * @returns the path of its binary
 */
export async function installRuntime({ package: name, version }: Runtime): Promise<string> {
  const directory = name === 'node' ? `node${Number.parseInt(version, 10)}` : name;
  return join(await installPackage(name, version, directory), '..', '.bin', name);
}

/**
 * Installs a package if it is missing or has another version.
 *
 * @param directory the name of its directory in `.runtimes`
 * @returns the path of the package
 */
export function installPackage(name: string, version: string, directory = name): Promise<string> {
  const installation = installations.get(directory) ?? installInto(directory, name, version);
  installations.set(directory, installation);
  return installation;
}

/**
 * Finds a package in `.runtimes`, without installing it.
 *
 * @returns its path; undefined if it is missing or has another version
 */
export function findPackage(name: string, version: string, directory = name): string | undefined {
  const installed = join(runtimesDirectory, directory, 'node_modules', name);
  const manifest = join(installed, 'package.json');
  if (!existsSync(manifest)) return undefined;
  return JSON.parse(readFileSync(manifest, 'utf8')).version === version ? installed : undefined;
}

async function installInto(directoryName: string, name: string, version: string): Promise<string> {
  const found = findPackage(name, version, directoryName);
  if (found !== undefined) return found;
  const directory = join(runtimesDirectory, directoryName);
  await mkdir(directory, { recursive: true });
  // With a package.json in the directory, npm does not treat it as a part of the workspace.
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true }));
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', `${name}@${version}`];
  await promisify(execFile)('npm', args, { cwd: directory });
  return join(directory, 'node_modules', name);
}
