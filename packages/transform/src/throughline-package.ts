/**
 * Locates the package `throughline` on this machine. The modules that transformed code imports must be found from every
 * file, even from a dependency that does not depend on `throughline`, and the files of the package itself are never
 * transformed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { resolveTarget, type Target } from './libraries/conditional-targets.js';

const NAME = 'throughline';

/**
 * Finds the directory of the package.
 * @param from the directory to search from; if the package is not found from there, this package's own dependency is
 * used
 * @throws {Error} if the package is not installed
 */
export function findThroughlinePackage(from: string): string {
  for (const require of [createRequire(join(from, 'package.json')), createRequire(import.meta.url)]) {
    try {
      return dirname(require.resolve(`${NAME}/package.json`));
    } catch {
      // The package was not found from there.
    }
  }
  throw new Error(
    `@throughline/transform requires the package '${NAME}', which cannot be resolved from ${from}. Install it: npm install ${NAME}`,
  );
}

/** Whether a file belongs to the package in `directory`, or to any installed copy of it. */
export function isThroughlineFile(path: string, directory: string): boolean {
  return path.startsWith(directory + sep) || /[\\/]node_modules[\\/]throughline[\\/]/.test(path);
}

/**
 * Resolves a public subpath of the package to a file, under given conditions. Node resolves only under its own
 * conditions, which are those of a server.
 * @param specifier for example `throughline/await`
 * @param directory the directory of the package
 * @param conditions the `exports` conditions that hold, in addition to `default`
 * @throws {Error} if the package has no such subpath
 */
export function resolveThroughlineModule(specifier: string, directory: string, conditions: readonly string[]): string {
  const manifest: { exports?: Readonly<Record<string, Target>> } = JSON.parse(
    readFileSync(join(directory, 'package.json'), 'utf8'),
  );
  const path = resolveTarget(manifest.exports?.[`.${specifier.slice(NAME.length)}`], conditions);
  if (typeof path !== 'string') {
    throw new Error(
      `The package in ${directory} does not export '${specifier}'. Install the version of '${NAME}' that @throughline/transform requires.`,
    );
  }
  return join(directory, path);
}
