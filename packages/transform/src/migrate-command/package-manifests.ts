/** What the package.json files of a project determine about a migration, and what the user should change in them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MigratedProgram, ProgramOptions } from '../migration/migrate-program.js';
import type { Library } from '../migration/migration.js';

export interface Manifest {
  readonly file: string;
  readonly name: string | undefined;
  readonly dependencies: ReadonlyMap<string, string>;
  readonly nodeRange: string | undefined;
}

/** The libraries that are packages, each with the packages that can be removed together with it. */
const PACKAGES: ReadonlyMap<Library, readonly string[]> = new Map([
  ['cls-hooked', ['cls-hooked', '@types/cls-hooked']],
  ['express-http-context', ['express-http-context']],
  ['@fastify/request-context', ['@fastify/request-context']],
]);

/** The nearest package.json of each directory; undefined if there is none. */
export class Manifests {
  readonly #manifests = new Map<string, Manifest | undefined>();

  nearest(directory: string): Manifest | undefined {
    if (this.#manifests.has(directory)) return this.#manifests.get(directory);
    const parent = dirname(directory);
    const manifest =
      readManifest(join(directory, 'package.json')) ?? (parent === directory ? undefined : this.nearest(parent));
    this.#manifests.set(directory, manifest);
    return manifest;
  }
}

function readManifest(file: string): Manifest | undefined {
  const json = readJson(file);
  if (json === undefined) return undefined;
  const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  const dependencies = groups.flatMap((group) => stringEntries(Reflect.get(json, group)));
  const engines = new Map(stringEntries(Reflect.get(json, 'engines')));
  const name = new Map(stringEntries(json)).get('name');
  return { file, name, dependencies: new Map(dependencies), nodeRange: engines.get('node') };
}

/** @returns undefined if there is no such file, or if it contains no object */
function readJson(file: string): object | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function stringEntries(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** Returns the options of the migration that follow from the manifests of the files that may change. */
export function programOptionsOf(manifests: readonly Manifest[]): ProgramOptions {
  const stays = new Map<Library, { reason: string; remedy: string }>();
  for (const { file, dependencies } of manifests) {
    const fastify = dependencies.get('fastify');
    if (fastify !== undefined && includesOldFastify(fastify)) {
      stays.set('@fastify/request-context', {
        reason: `The adapter of @throughline/request needs Fastify 4.16, and ${file} declares ${fastify}.`,
        remedy: 'Update Fastify first, and run the command again.',
      });
    }
    for (const library of PACKAGES.keys()) {
      const dependent = [...dependencies.keys()].find((name) => dependsOn(dirname(file), name, library));
      if (dependent === undefined) continue;
      stays.set(library, {
        reason: `The dependency ${dependent} also uses ${library}, and would no longer see the values of the program.`,
        remedy: `Check what ${dependent} reads from it, and replace the library by hand.`,
      });
    }
  }
  const ranges = manifests.map(({ nodeRange }) => nodeRange);
  const packages = new Set(manifests.flatMap(({ dependencies }) => [...dependencies.keys()]));
  return { stays, packages, runsOnNode24: ranges.length > 0 && ranges.every((range) => excludesOldNode(range)) };
}

function dependsOn(directory: string, name: string, library: Library): boolean {
  for (let current = directory; ; current = dirname(current)) {
    const json = readJson(join(current, 'node_modules', name, 'package.json'));
    if (json !== undefined) {
      return ['dependencies', 'peerDependencies'].some((group) => {
        return stringEntries(Reflect.get(json, group)).some(([dependency]) => dependency === library);
      });
    }
    if (dirname(current) === current) return false;
  }
}

/** Whether a range such as `^4.0.0` or `3 || 4.16` includes a version before 4.16. */
function includesOldFastify(range: string): boolean {
  return range.split('||').some((part) => {
    const [, major, minor = 0] = /(\d+)(?:\.(\d+))?/.exec(part) ?? [];
    return major !== undefined && (Number(major) < 4 || (Number(major) === 4 && Number(minor) < 16));
  });
}

/** Whether a range such as `>=24` or `^24.1 || >=26` excludes Node 23 and older versions. */
function excludesOldNode(range: string | undefined): boolean {
  if (range === undefined) return false;
  return range.split('||').every((part) => {
    const major = /^\s*(?:>=|\^|~|=|v)?\s*(\d+)/.exec(part)?.[1];
    return major !== undefined && Number(major) >= 24;
  });
}

/** Returns the commands that update a package.json after a migration. */
export function dependencyCommands(
  { dependencies }: Manifest,
  { replacements, removed }: Pick<MigratedProgram, 'replacements' | 'removed'>,
): string[] {
  const added = [...replacements].filter((name) => !dependencies.has(name)).sort();
  const unneeded = removed.flatMap((library) => PACKAGES.get(library) ?? []).filter((name) => dependencies.has(name));
  return [
    ...(added.length > 0 ? [`npm install ${added.join(' ')}`] : []),
    ...(unneeded.length > 0 ? [`npm uninstall ${unneeded.join(' ')}`] : []),
  ];
}
