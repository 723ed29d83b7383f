/** The public entry points of the packages, and the pages of the reference that describe them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages, in the order of the reference: the folder in `packages`, which is also the name in paths. */
const PACKAGE_FOLDERS = ['core', 'request', 'transform', 'opentelemetry', 'propagation', 'doctor'];

/** What only emitted code and other packages of this repository import. */
const INTERNAL = new Set(['throughline/await', 'throughline/await-script', '@throughline/doctor/bundler']);

export interface EntryPoint {
  /** What a program imports: `@throughline/request/express`. */
  readonly specifier: string;
  /** The path of the source file in the repository. */
  readonly source: string;
  /** The path of the page on the site: `/reference/request/express`. */
  readonly path: string;
}

export interface DocumentedPackage {
  readonly name: string;
  readonly description: string;
  readonly entryPoints: readonly EntryPoint[];
}

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly exports: Readonly<Record<string, string | { readonly types?: string | { readonly default: string } }>>;
}

/**
 * Reads which entry points the packages have.
 * @param root the folder of the repository
 * @throws {Error} if an entry point has no source file
 */
export function readPackages(root: string): DocumentedPackage[] {
  return PACKAGE_FOLDERS.map((folder) => {
    const { name, description, exports } = JSON.parse(
      readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'),
    ) as Manifest;
    const pageFolder = `/reference/${name.replace('@throughline/', '')}/`;
    const entryPoints = Object.entries(exports).flatMap(([subpath, target]): EntryPoint[] => {
      const specifier = name + subpath.slice(1);
      if (typeof target === 'string' || target.types === undefined || INTERNAL.has(specifier)) return [];
      const types = typeof target.types === 'string' ? target.types : target.types.default;
      const source = `packages/${folder}/${types.replace('./types/dist/', 'src/').replace(/\.d\.ts$/, '.ts')}`;
      if (!existsSync(join(root, source))) throw new Error(`${specifier}: its source ${source} does not exist.`);
      return [{ specifier, source, path: pageFolder + subpath.slice(2) }];
    });
    return { name, description, entryPoints };
  });
}
