/** What is among the inputs, and where each of it goes. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './arguments.js';

export interface Entry {
  readonly input: string;
  readonly output: string;
  /** What is neither a file nor a link is not copied. */
  readonly kind: 'code' | 'file' | 'link' | 'other';
  /** The folder that was given, if one was, and where that goes. */
  readonly root: string | undefined;
  readonly out: string;
}

const CODE = /(?<!\.d(?:\.[^./\\]+)?)\.[cm]?[jt]sx?$/;

/**
 * @returns code first: what is written beside it counts more than what is copied
 * @throws UsageError where an input is not there, or where something would be written over one
 */
export function findEntries(inputs: readonly string[], out: string): Entry[] {
  const entries = inputs.flatMap((input) => {
    const isFolder = statSync(input, { throwIfNoEntry: false })?.isDirectory();
    if (isFolder === undefined) throw new UsageError(`There is no file or folder '${input}'.`);
    if (isFolder) refuseOverlap(input, out);
    return isFolder ? inFolder(input, out, input, out) : [fileEntry(input, out)];
  });
  refuseCollisions(entries);
  return entries.sort((a, b) => Number(b.kind === 'code') - Number(a.kind === 'code'));
}

function kindOf(name: string): 'code' | 'file' {
  return CODE.test(name) ? 'code' : 'file';
}

function fileEntry(input: string, out: string): Entry {
  const output = join(out, basename(input));
  if (realPlace(output) === realpathSync(input)) {
    throw new UsageError(`With --out ${out} the copy of '${input}' would be written over it. Choose another folder.`);
  }
  return { input, output, kind: kindOf(input), root: undefined, out };
}

function inFolder(folder: string, target: string, root: string, out: string): Entry[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((found) => {
    const input = join(folder, found.name);
    const output = join(target, found.name);
    if (found.isDirectory()) return inFolder(input, output, root, out);
    if (found.isSymbolicLink()) return { input, output, kind: 'link', root, out };
    return { input, output, kind: found.isFile() ? kindOf(found.name) : 'other', root, out };
  });
}

function refuseOverlap(input: string, out: string): void {
  const from = realpathSync(input);
  const to = realPlace(out);
  const how = from === to ? 'is' : isInside(to, from) ? 'is inside' : isInside(from, to) ? 'holds' : undefined;
  if (how === undefined) return;
  throw new UsageError(
    `--out ${out} ${how} the input '${input}', and inputs are never written over. Choose a folder beside it.`,
  );
}

function refuseCollisions(entries: readonly Entry[]): void {
  const inputs = new Map<string, string>();
  for (const { input, output } of entries) {
    const place = resolve(output);
    const other = inputs.get(place);
    if (other !== undefined) {
      throw new UsageError(
        `'${other}' and '${input}' would both be written to '${output}'. Give each an --out of its own.`,
      );
    }
    inputs.set(place, input);
  }
}

export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === resolve(path);
}

/** The same for what is not there yet. */
function realPlace(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(resolve(path));
  return parent === resolve(path) ? parent : join(realPlace(parent), basename(path));
}
