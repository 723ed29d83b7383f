/**
 * The terms of the migration: what it changes, and what it leaves unchanged.
 *
 * | Term | Meaning |
 * | --- | --- |
 * | site | a location in a file that names a module, such as an import |
 * | change | edits that are made together or not at all, possibly in several files |
 * | obstacle | code whose meaning a change would not preserve; it prevents the whole change |
 * | leftover | a location that is reported because it was not changed: an obstacle, or a site that no change covers |
 */
import MagicString from 'magic-string';
import type { SourceFile, SourceText } from './source-file.js';

/** The libraries that are replaced. */
export type Library =
  | 'node:async_hooks'
  | 'cls-hooked'
  | 'express-http-context'
  | '@fastify/request-context'
  | 'hono/context-storage';

/** The packages that replace them. */
export type Replacement = 'throughline' | '@throughline/request';

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Leftover {
  readonly file: SourceText;
  /** An index into the code of the file. */
  readonly index: number;
  readonly library: Library;
  readonly reason: string;
  readonly remedy: string;
}

/** Edits that are made together or not at all. */
export class Change {
  readonly library: Library;
  readonly obstacles: Leftover[] = [];
  readonly replacements = new Set<Replacement>();
  /** The fields of the request scope that the new code uses. */
  readonly fields = new Set<string>();
  /** The fields of the request scope that TypeScript files read, which the user must declare. */
  readonly undeclaredFields = new Set<string>();
  /** What the user should know about the new behavior. */
  readonly notes = new Set<string>();
  readonly #edits = new Map<SourceFile, Edit[]>();

  constructor(library: Library) {
    this.library = library;
  }

  get edits(): ReadonlyMap<SourceFile, readonly Edit[]> {
    return this.#edits;
  }

  get isPossible(): boolean {
    return this.obstacles.length === 0;
  }

  replace(file: SourceFile, range: { readonly start: number; readonly end: number }, text: string): void {
    const edit = { start: range.start, end: range.end, text };
    const edits = this.#edits.get(file);
    if (edits === undefined) this.#edits.set(file, [edit]);
    else edits.push(edit);
  }

  /** Replaces a range that must not contain a comment, because the comment would be lost. */
  replaceCode(file: SourceFile, range: { readonly start: number; readonly end: number }, text: string): void {
    if (file.hasCommentBetween(range.start, range.end)) {
      this.prevent(file, range.start, 'A comment is inside the code that would be replaced.', 'Move the comment.');
    }
    this.replace(file, range, text);
  }

  /** Records an obstacle, which prevents the change. */
  prevent(file: SourceText, index: number, reason: string, remedy: string): void {
    this.obstacles.push({ file, index, library: this.library, reason, remedy });
  }
}

/** @returns the index of the same code in the edited text */
export function indexAfterEdits(index: number, edits: readonly Edit[]): number {
  return edits
    .filter(({ start, end }) => start <= index && end <= index)
    .reduce((sum, { start, end, text }) => sum + text.length - (end - start), index);
}

/** @returns the code with the edits, which must not overlap */
export function applyEdits(code: string, edits: readonly Edit[]): string {
  const output = new MagicString(code);
  for (const { start, end, text } of edits) {
    if (start === end) output.appendLeft(start, text);
    else output.update(start, end, text);
  }
  return output.toString();
}
