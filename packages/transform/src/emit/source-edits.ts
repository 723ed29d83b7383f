/**
 * Edits of a file, collected while code is emitted and applied together in the end.
 *
 * Inserted text belongs to a node of the syntax tree: it opens the node, or something in it, or it closes one. Several texts
 * at one position have to nest as their nodes do. They are therefore ordered by the depth of the nodes in the tree: first
 * what closes the nodes that end there, inner ones first, then what opens the nodes that begin there, outer ones first.
 *
 *     … await x]  [await y …         position between two nodes
 *           ─────┘└─────
 *     depth  5 3    2 4              order of the texts: close 5, close 3, open 2, open 4
 */
import MagicString, { type SourceMap } from 'magic-string';

interface Insertion {
  readonly position: number;
  readonly text: string;
  /** Negative if the text closes the node. */
  readonly depth: number;
  readonly order: number;
}

/** Lies between the depth of a node and that of its children: for text that encloses a child as a part of the node. */
export const OPERAND_DEPTH = 0.5;

export class SourceEdits {
  readonly #insertions: Insertion[] = [];
  readonly #replacements: { start: number; end: number; text: string }[] = [];
  readonly #moves: { start: number; end: number; to: number }[] = [];

  get hasInsertions(): boolean {
    return this.#insertions.length > 0;
  }

  /** Inserts text that opens a node of this depth, or something in it. */
  open(position: number, depth: number, text: string): void {
    this.#insertions.push({ position, text, depth, order: this.#insertions.length });
  }

  /** Inserts text that closes a node of this depth, or something in it. */
  close(position: number, depth: number, text: string): void {
    this.#insertions.push({ position, text, depth: -depth, order: this.#insertions.length });
  }

  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /** Moves a range, with everything that is inserted in it, to the position `to`, after what is closed there. */
  move(start: number, end: number, to: number): void {
    this.#moves.push({ start, end, to });
  }

  apply(code: string, filename: string): { code: string; map: SourceMap } {
    const output = new MagicString(code);
    for (const { start, end, text } of this.#replacements) output.update(start, end, text);
    const sorted = this.#insertions.sort(
      (a, b) =>
        a.position - b.position || Number(a.depth > 0) - Number(b.depth > 0) || a.depth - b.depth || a.order - b.order,
    );
    for (const { position, text, depth } of sorted) {
      if (depth < 0) output.appendLeft(position, text);
      else output.appendRight(position, text);
    }
    for (const { start, end, to } of this.#moves) output.move(start, end, to);
    return {
      code: output.toString(),
      map: output.generateMap({ source: filename, includeContent: true, hires: 'boundary' }),
    };
  }
}
