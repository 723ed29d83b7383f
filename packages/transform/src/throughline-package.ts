/**
 * The package `throughline` as the plugins find it: what generated code imports must be found from every file, also from
 * a dependency that does not know of it, and its own code must never be transformed.
 */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

const FROM_HERE = createRequire(import.meta.url);

/** The folder of the package as seen from a folder, or else from this package. */
export function findOwnPackage(from: string): string {
  for (const require of [createRequire(join(from, 'package.json')), FROM_HERE]) {
    try {
      return dirname(require.resolve('throughline/package.json'));
    } catch {
      // Not to be found from there.
    }
  }
  throw new Error(
    `@throughline/transform needs the package 'throughline', which was not found from ${from}. Install it: npm install throughline`,
  );
}

/** Whether the file is one of the package's own, in whichever copy. */
export function isOwnFile(path: string, ownPackage: string): boolean {
  return path.startsWith(ownPackage + sep) || /[\\/]node_modules[\\/]throughline[\\/]/.test(path);
}
