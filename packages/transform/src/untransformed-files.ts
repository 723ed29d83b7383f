/** Which files are never transformed: those that a suspension is followed with, and those that transform. */
import { fileURLToPath } from 'node:url';
import { findOwnPackage, isOwnFile } from './throughline-package.js';

export const OWN_PACKAGE = findOwnPackage(process.cwd());
const HERE = fileURLToPath(new URL('.', import.meta.url));

export function isNeverTransformed(path: string): boolean {
  return (
    isOwnFile(path, OWN_PACKAGE) ||
    path.startsWith(HERE) ||
    /[\\/]node_modules[\\/]@throughline[\\/]transform[\\/]/.test(path)
  );
}
