/**
 * Used to emit every construct: holds the text of the file, its edits and the names for emitted code, and throws errors
 * with a position.
 */
import type { Node } from 'oxc-parser';
import { TransformError } from '../parse/transform-error.js';
import type { HelperName } from './await-helpers.js';
import type { FreeNames } from './free-names.js';
import type { SourceEdits } from './source-edits.js';

export class CodeWriter {
  readonly code: string;
  readonly isModule: boolean;
  readonly edits: SourceEdits;
  readonly names: FreeNames;
  readonly #filename: string;

  constructor(code: string, filename: string, isModule: boolean, edits: SourceEdits, names: FreeNames) {
    this.code = code;
    this.isModule = isModule;
    this.edits = edits;
    this.names = names;
    this.#filename = filename;
  }

  /** The variable of a body that holds the object of its current call. */
  get call(): string {
    return this.names.variable('call');
  }

  /** The statement that restores the frame in code that can be reached without passing `on`. */
  get back(): string {
    return `${this.call}.back();`;
  }

  helper(helper: HelperName): string {
    return this.names.helper(helper);
  }

  /** Inserts text around an expression. */
  wrap({ type, start, end }: Node, depth: number, before: string, after: string): void {
    const isSequence = type === 'SequenceExpression';
    const followsWord = /[\w$]/.test(this.code[start - 1] ?? '') && /^[\w$]/.test(before);
    this.edits.open(start, depth, `${followsWord ? ' ' : ''}${before}${isSequence ? '(' : ''}`);
    this.edits.close(end, depth, `${isSequence ? ')' : ''}${after}`);
  }

  /**
   * The separator between the last directive and code that is inserted after it.
   * @param end the position at which the directives end
   * @param start the position at which they begin
   */
  separatorAfterDirectives(end: number, start: number): string {
    return end === start || this.code[end - 1] === ';' ? '' : ';';
  }

  /** @throws {TransformError} at the position of the node */
  fail(reason: string, { start }: Node): never {
    throw new TransformError(reason, this.#filename, this.code, start);
  }
}
