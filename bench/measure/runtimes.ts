/**
 * The runtimes that can be measured: the current Node, runtimes named on the command line, and those in `.runtimes`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALLATION_FOLDER = fileURLToPath(new URL('../../../.runtimes', import.meta.url));

export interface Runtime {
  /** For example `node26` or `bun`. It is also the name of the runtime's file in docs/bench. */
  readonly name: string;
  /** The command that runs a script, without the script. */
  readonly command: readonly [string, ...string[]];
}

/**
 * @param named runtimes from the command line; without any, the Node that runs this program is used
 * @param includesInstalled whether to add the runtimes in `.runtimes` whose names are not in `named`
 */
export function selectRuntimes(named: readonly Runtime[], includesInstalled: boolean): Runtime[] {
  const selected = named.length > 0 ? named : [currentRuntime()];
  const installed = includesInstalled ? installedRuntimes() : [];
  return [...selected, ...installed.filter(({ name }) => !selected.some((runtime) => runtime.name === name))];
}

function currentRuntime(): Runtime {
  return { name: `node${process.versions.node.split('.')[0]}`, command: [process.execPath] };
}

/** @throws {Error} if the name is none of `node<number>`, `bun` and `deno` */
export function runtimeAt(name: string, path: string): Runtime {
  if (!isRuntimeName(name)) {
    throw new Error(`Unknown runtime "${name}". Expected "node" and a version number (node26), "bun" or "deno".`);
  }
  return { name, command: name === 'deno' ? [path, 'run', '-A'] : [path] };
}

/** The runtimes in `.runtimes`, without those that cannot run these programs, such as workerd. */
export function installedRuntimes(): Runtime[] {
  if (!existsSync(INSTALLATION_FOLDER)) return [];
  return readdirSync(INSTALLATION_FOLDER)
    .map((name) => ({
      name,
      path: join(INSTALLATION_FOLDER, name, 'node_modules', '.bin', name.replace(/\d+$/, '')),
    }))
    .filter(({ name, path }) => isRuntimeName(name) && existsSync(path))
    .map(({ name, path }) => runtimeAt(name, path));
}

function isRuntimeName(name: string): boolean {
  return /^(node\d+|bun|deno)$/.test(name);
}
