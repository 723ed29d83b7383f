/** Finds the files in the inputs of the command, and the path at which the copy of each is written. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './parse-options.js';

export interface InputFile {
  readonly input: string;
  readonly output: string;
  /** `code` is transformed; `file` and `link` are copied; `other`, such as a socket, is not. */
  readonly kind: 'code' | 'file' | 'link' | 'other';
  /** The directory among the inputs that contains the file; undefined if the file itself is an input. */
  readonly inputDirectory: string | undefined;
  /** The directory to which that directory is copied. */
  readonly outDirectory: string;
}

const CODE_FILE = /(?<!\.d(?:\.[^./\\]+)?)\.[cm]?[jt]sx?$/;

/**
 * Lists the files in the inputs.
 * @returns code first, so that a source map that is written takes precedence over one that would be copied
 * @throws {UsageError} if an input does not exist, if one would be overwritten, or if two have the same output
 */
export function findInputFiles(inputs: readonly string[], outDirectory: string): InputFile[] {
  const files = inputs.flatMap((input) => {
    const isDirectory = statSync(input, { throwIfNoEntry: false })?.isDirectory();
    if (isDirectory === undefined) throw new UsageError(`No such file or directory: '${input}'.`);
    if (!isDirectory) return [singleFile(input, outDirectory)];
    rejectOverlap(input, outDirectory);
    return filesIn(input, outDirectory, input, outDirectory);
  });
  rejectCollisions(files);
  return files.sort((a, b) => Number(b.kind === 'code') - Number(a.kind === 'code'));
}

function kindOf(name: string): 'code' | 'file' {
  return CODE_FILE.test(name) ? 'code' : 'file';
}

function singleFile(input: string, outDirectory: string): InputFile {
  const output = join(outDirectory, basename(input));
  if (realPathOf(output) === realpathSync(input)) {
    throw new UsageError(
      `With --out ${outDirectory} the copy of '${input}' would overwrite it. Choose another directory.`,
    );
  }
  return { input, output, kind: kindOf(input), inputDirectory: undefined, outDirectory };
}

function filesIn(directory: string, target: string, inputDirectory: string, outDirectory: string): InputFile[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const input = join(directory, entry.name);
    const output = join(target, entry.name);
    if (entry.isDirectory()) return filesIn(input, output, inputDirectory, outDirectory);
    if (entry.isSymbolicLink()) return { input, output, kind: 'link', inputDirectory, outDirectory };
    const kind = entry.isFile() ? kindOf(entry.name) : 'other';
    return { input, output, kind, inputDirectory, outDirectory };
  });
}

function rejectOverlap(input: string, outDirectory: string): void {
  const from = realpathSync(input);
  const to = realPathOf(outDirectory);
  const relation = from === to ? 'is' : isInside(to, from) ? 'is inside' : isInside(from, to) ? 'contains' : undefined;
  if (relation === undefined) return;
  throw new UsageError(
    `--out ${outDirectory} ${relation} the input '${input}'. Inputs are never overwritten: choose a directory outside it.`,
  );
}

function rejectCollisions(files: readonly InputFile[]): void {
  const inputs = new Map<string, string>();
  for (const { input, output } of files) {
    const path = resolve(output);
    const other = inputs.get(path);
    if (other !== undefined) {
      throw new UsageError(
        `'${other}' and '${input}' would both be written to '${output}'. Run the command once for each, with separate --out directories.`,
      );
    }
    inputs.set(path, input);
  }
}

export function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(directory, way) === resolve(path);
}

/** Returns the real path of a file, even if the file does not exist yet. */
function realPathOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(resolve(path));
  return parent === resolve(path) ? parent : join(realPathOf(parent), basename(path));
}
