/**
 * What is written into a file, gathered while its syntax tree is walked and carried out in the end. Where several texts
 * belong at one place they must stand in the order of the nodes that they go with: what ends there before what begins
 * there, of those that end the inner one first, of those that begin the outer one first.
 */
import MagicString, { type SourceMap } from 'magic-string';

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Depth of the node in the tree; negative where the text ends the node. */
  readonly depth: number;
  readonly order: number;
}

export class Edits {
  readonly #insertions: Insertion[] = [];
  readonly #replacements: { start: number; end: number; text: string }[] = [];
  readonly #moves: { start: number; end: number; to: number }[] = [];

  get isEmpty(): boolean {
    return this.#insertions.length === 0;
  }

  /** Text before a node at this depth, or before something in it. */
  begin(at: number, depth: number, text: string): void {
    this.#insertions.push({ at, text, depth, order: this.#insertions.length });
  }

  /** Text after a node at this depth, or after something in it. */
  end(at: number, depth: number, text: string): void {
    this.#insertions.push({ at, text, depth: -depth, order: this.#insertions.length });
  }

  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /** Takes the text, with all that is written into it, to the right of another place. */
  move(start: number, end: number, to: number): void {
    this.#moves.push({ start, end, to });
  }

  apply(code: string, filename: string): { code: string; map: SourceMap } {
    const output = new MagicString(code);
    for (const { start, end, text } of this.#replacements) output.update(start, end, text);
    const sorted = this.#insertions.sort(
      (a, b) => a.at - b.at || Number(a.depth > 0) - Number(b.depth > 0) || a.depth - b.depth || a.order - b.order,
    );
    for (const { at, text, depth } of sorted) {
      if (depth < 0) output.appendLeft(at, text);
      else output.appendRight(at, text);
    }
    for (const { start, end, to } of this.#moves) output.move(start, end, to);
    return {
      code: output.toString(),
      map: output.generateMap({ source: filename, includeContent: true, hires: 'boundary' }),
    };
  }
}
