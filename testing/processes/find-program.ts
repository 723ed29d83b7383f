/** Locates a program that is installed on this machine: first as a shell does, then at known absolute paths. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Returns the absolute path of the first executable that matches.
 *
 * @param names file names to look for in each directory of `PATH`, in order of preference
 * @param fallbackPaths absolute paths to try afterwards, for programs that are usually in no directory of `PATH`
 * @returns the path, or `undefined` if no candidate exists and is executable
 */
export function findProgram(names: readonly string[], fallbackPaths: readonly string[] = []): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const pathsInPath = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return [...pathsInPath, ...fallbackPaths].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
