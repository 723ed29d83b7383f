/**
 * Edits of a file, which are collected while code is emitted and applied together at the end.
 *
 * An inserted text belongs to a node of the syntax tree: it opens or closes the node, or a part of it. Texts at the
 * same position must nest as their nodes do, so the depth of the nodes in the tree determines their order: first the
 * texts that close nodes, inner nodes first, and then the texts that open nodes, outer nodes first.
 *
 *     async () => await x
 *                 ▲      ▲
 *                 │      └ closes the operand (depth 4.5), await (4) and body (3): `)` `,_f.on(…))` `}finally{…}}`
 *                 └ opens the body (3) and await (4): `{…try{return ` `(_v=`
 */
import { SourceMap } from 'magic-string';
import { EditedText } from './edited-text.js';
import { encodeMappings } from './mappings.js';

interface Insertion {
  readonly position: number;
  readonly text: string;
  /** Negative if the text closes the node. */
  readonly depth: number;
  readonly order: number;
}

/**
 * Added to the depth of a node for text around one of its children. The sum lies between the depths of the node and of
 * the child.
 */
export const OPERAND_DEPTH_OFFSET = 0.5;

export class SourceEdits {
  readonly #insertions: Insertion[] = [];
  readonly #replacements: { start: number; end: number; text: string }[] = [];
  readonly #moves: { start: number; end: number; to: number }[] = [];

  get hasInsertions(): boolean {
    return this.#insertions.length > 0;
  }

  /** Inserts text that opens a node of this depth, or a part of it. */
  open(position: number, depth: number, text: string): void {
    this.#insertions.push({ position, text, depth, order: this.#insertions.length });
  }

  /** Inserts text that closes a node of this depth, or a part of it. */
  close(position: number, depth: number, text: string): void {
    this.#insertions.push({ position, text, depth: -depth, order: this.#insertions.length });
  }

  replace(start: number, end: number, text: string): void {
    this.#replacements.push({ start, end, text });
  }

  /**
   * Moves a range, with everything that is inserted in it, to the position `to`: between the texts that close and those
   * that open nodes there.
   */
  move(start: number, end: number, to: number): void {
    this.#moves.push({ start, end, to });
  }

  /**
   * @param filename the source in the source map
   * @returns the edited code and its source map, which is made when it is read: it takes longer than the edits
   */
  apply(code: string, filename: string): { readonly code: string; readonly map: SourceMap } {
    const insertions = this.#insertions.sort(
      (a, b) =>
        a.position - b.position || Number(a.depth > 0) - Number(b.depth > 0) || a.depth - b.depth || a.order - b.order,
    );
    const text = new EditedText(code, this.#positions());
    for (const { start, end, text: replacement } of this.#replacements) text.replace(start, end, replacement);
    for (const { position, text: inserted, depth } of insertions) {
      if (depth < 0) text.insertAfter(position, inserted);
      else text.insertBefore(position, inserted);
    }
    for (const { start, end, to } of this.#moves) text.move(start, end, to);
    let map: SourceMap | undefined;
    return {
      code: text.toString(),
      get map() {
        map ??= new SourceMap({
          sources: [filename.replaceAll('\\', '/')],
          sourcesContent: [code],
          names: [],
          mappings: encodeMappings(text),
        });
        return map;
      },
    };
  }

  #positions(): Set<number> {
    const positions = new Set<number>();
    for (const { position } of this.#insertions) positions.add(position);
    for (const { start, end } of this.#replacements) positions.add(start).add(end);
    for (const { start, end, to } of this.#moves) positions.add(start).add(end).add(to);
    return positions;
  }
}
