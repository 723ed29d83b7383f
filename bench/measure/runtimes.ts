/** What bench can measure: the Node that runs it, runtimes that were named, and those that the project installed. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALLED = fileURLToPath(new URL('../../../.runtimes', import.meta.url));

export interface Runtime {
  /** Such as `node26` or `bun`: the name of its files in docs/bench. */
  readonly name: string;
  /** What starts a script with it. */
  readonly command: readonly [string, ...string[]];
}

/** Those that were named, or else the Node that runs this; and those that the project has installed, where asked for. */
export function wantedRuntimes(named: readonly Runtime[], withInstalled: boolean): Runtime[] {
  const wanted = named.length > 0 ? named : [ownRuntime()];
  const installed = withInstalled ? installedRuntimes(INSTALLED) : [];
  return [...wanted, ...installed.filter(({ name }) => !wanted.some((runtime) => runtime.name === name))];
}

export function ownRuntime(): Runtime {
  return { name: `node${process.versions.node.split('.')[0]}`, command: [process.execPath] };
}

/** @throws where the name is not of a runtime that bench knows */
export function namedRuntime(name: string, path: string): Runtime {
  if (!/^(node\d+|bun|deno)$/.test(name)) {
    throw new Error(`${name} is no runtime that bench knows: node and a number, bun or deno`);
  }
  return { name, command: name === 'deno' ? [path, 'run', '-A'] : [path] };
}

/** What is in `.runtimes`, less the runtimes that are not for programs of this kind, such as workerd. */
export function installedRuntimes(folder: string): Runtime[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => ({ name, path: join(folder, name, 'node_modules', '.bin', name.replace(/\d+$/, '')) }))
    .filter(({ name, path }) => /^(node\d+|bun|deno)$/.test(name) && existsSync(path))
    .map(({ name, path }) => namedRuntime(name, path));
}
