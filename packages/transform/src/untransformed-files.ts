/**
 * Determines which files are never transformed: those of `throughline`, which transformed code itself relies on, and
 * those of this package.
 */
import { fileURLToPath } from 'node:url';
import { findThroughlinePackage, isThroughlineFile } from './throughline-package.js';

/** The directory of the package `throughline`, resolved from the current directory. */
export const THROUGHLINE_DIRECTORY = findThroughlinePackage(process.cwd());

const OWN_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

export function isNeverTransformed(path: string): boolean {
  return (
    isThroughlineFile(path, THROUGHLINE_DIRECTORY) ||
    path.startsWith(OWN_DIRECTORY) ||
    /[\\/]node_modules[\\/]@throughline[\\/]transform[\\/]/.test(path)
  );
}
