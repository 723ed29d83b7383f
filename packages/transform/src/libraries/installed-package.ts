/** The package to which a file belongs. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Target } from './conditional-targets.js';

/** The fields of a package.json that are used. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly main?: string;
  readonly browser?: string | Readonly<Record<string, string | false>>;
  readonly exports?: Target;
  readonly imports?: Readonly<Record<string, Target>>;
}

export interface InstalledPackage {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Finds the packages of files. What was found is kept, because all files of a directory have the same package. */
export class PackageFinder {
  readonly #found = new Map<string, InstalledPackage | undefined>();

  /**
   * Finds the nearest package.json that has a name. Those without one only set the type of the modules in a directory.
   * @param file an absolute path
   */
  find(file: string): InstalledPackage | undefined {
    return this.#findFrom(dirname(file));
  }

  #findFrom(directory: string): InstalledPackage | undefined {
    if (this.#found.has(directory)) return this.#found.get(directory);
    const parent = dirname(directory);
    const manifest = readManifest(directory);
    const isTop = parent === directory || basename(directory) === 'node_modules';
    const found = manifest !== undefined ? { directory, manifest } : isTop ? undefined : this.#findFrom(parent);
    this.#found.set(directory, found);
    return found;
  }
}

function readManifest(directory: string): Manifest | undefined {
  const file = join(directory, 'package.json');
  // Most directories have none, and an error takes ten times as long as this check.
  if (!existsSync(file)) return undefined;
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    return typeof manifest?.name === 'string' ? manifest : undefined;
  } catch {
    // It cannot be read.
    return undefined;
  }
}
