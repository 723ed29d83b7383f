import { relative } from 'node:path';

/** Paths below the current folder are relative to it. */
export function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') || file.includes('://') ? file : path;
}
