/** Reads and copies the folders of `examples/starters`. */
import { readdirSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import type { Command, Starter } from './project.js';

export const startersFolder = fileURLToPath(new URL('../../../examples/starters/', import.meta.url));

/** The package.json of a starter. */
export interface StarterManifest {
  readonly name: string;
  readonly private: boolean;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What the scripts of a starter create in its folder. Its own `.gitignore` lists the same. */
const CREATED = new Set(['node_modules', 'dist', 'build', '.next', '.nuxt', '.output', '.svelte-kit', '.astro']);

/** Returns the names of all starters. */
export function listStarters(): string[] {
  return readdirSync(startersFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

export function readStarterManifest(folder: string): StarterManifest {
  return JSON.parse(readFileSync(join(startersFolder, folder, 'package.json'), 'utf8'));
}

/** Returns the command that runs a script of a starter. */
export function scriptCommand(starter: Starter, script: string): Command {
  const runner = starter.runner ?? 'npm';
  return [runner, runner === 'deno' ? 'task' : 'run', script];
}

/** Copies a starter as a user would, without what its scripts may have created in it. */
export async function copyStarter(folder: string, target: string): Promise<void> {
  const filter = (path: string) => !CREATED.has(basename(path));
  await cp(join(startersFolder, folder), target, { recursive: true, filter });
}

/**
 * Checks the versions of Node that a starter accepts.
 * @param folder where the starter is installed
 * @throws Error if a package that it depends on does not accept all of them
 */
export function checkEngines(folder: string, { engines, dependencies, devDependencies }: StarterManifest): void {
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const installed: { version: string; engines?: { node?: string } } = JSON.parse(
      readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
    );
    const accepted = installed.engines?.node ?? '*';
    if (!semver.subset(engines.node, accepted)) {
      throw new Error(
        `The starter accepts Node ${engines.node}, but ${name} ${installed.version} accepts ${accepted}: ` +
          'change engines.node in the package.json of the starter.',
      );
    }
  }
}
