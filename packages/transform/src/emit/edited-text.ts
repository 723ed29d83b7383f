/**
 * The text of a file, cut into pieces at the positions of its edits. Texts are inserted before and after pieces; pieces
 * are replaced, and move with the texts around them:
 *
 *     async (a) => await b        the text, with edits around `await b` and around `b`
 *     ╰──────────╯╰────╯╰╯        its pieces
 */
import { TextPositions } from '../analysis/text-positions.js';

/** A part of the original text. */
export class Piece {
  readonly start: number;
  readonly end: number;
  before = '';
  after = '';
  /** What stands in its place. */
  replacement: string | undefined = undefined;
  previous: Piece | undefined = undefined;
  next: Piece | undefined = undefined;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }
}

export class EditedText {
  readonly original: string;
  /** Precedes all pieces. */
  opening = '';
  /** Follows all pieces. */
  closing = '';
  readonly #positions: TextPositions;
  /** In the order of the original text. Their links have that of the edited text. */
  readonly #pieces: readonly Piece[];
  #first: Piece | undefined;

  /** @param positions the positions of all edits */
  constructor(original: string, positions: ReadonlySet<number>) {
    const ends = Uint32Array.from([...positions, 0, original.length]).sort();
    const cuts = ends.filter((position, i) => position !== ends[i - 1]);
    const pieces: Piece[] = [];
    let previous: Piece | undefined;
    for (let i = 1; i < cuts.length; i++) {
      const piece = new Piece(cuts[i - 1] as number, cuts[i] as number);
      piece.previous = previous;
      if (previous !== undefined) previous.next = piece;
      previous = piece;
      pieces.push(piece);
    }
    this.original = original;
    this.#positions = new TextPositions(cuts);
    this.#pieces = pieces;
    this.#first = pieces[0];
  }

  /** The first piece of the edited text. */
  get first(): Piece | undefined {
    return this.#first;
  }

  /** Inserts a text that belongs to the piece before it. */
  insertAfter(position: number, text: string): void {
    const piece = this.#pieceBefore(position);
    if (piece === undefined) this.opening += text;
    else piece.after += text;
  }

  /** Inserts a text that belongs to the piece after it. */
  insertBefore(position: number, text: string): void {
    const piece = this.#pieceAt(position);
    if (piece === undefined) this.closing += text;
    else piece.before += text;
  }

  replace(start: number, end: number, text: string): void {
    let replacement = text;
    for (let piece = this.#pieceAt(start); piece !== undefined && piece.start < end; piece = piece.next) {
      piece.replacement = replacement;
      replacement = '';
    }
  }

  /** Moves a range in front of the piece that starts at `to`. */
  move(start: number, end: number, to: number): void {
    const [first, last, target] = [this.#pieceAt(start), this.#pieceBefore(end), this.#pieceAt(to)];
    if (first === undefined || last === undefined || target === undefined) return;
    this.#link(first.previous, last.next);
    this.#link(target.previous, first);
    this.#link(last, target);
  }

  toString(): string {
    const texts = [this.opening];
    for (let piece = this.#first; piece !== undefined; piece = piece.next) {
      const { before, after, start, end, replacement } = piece;
      texts.push(before, replacement ?? this.original.slice(start, end), after);
    }
    texts.push(this.closing);
    return texts.join('');
  }

  #pieceAt(position: number): Piece | undefined {
    return this.#pieces[this.#positions.countBefore(position)];
  }

  #pieceBefore(position: number): Piece | undefined {
    return this.#pieces[this.#positions.countBefore(position) - 1];
  }

  #link(previous: Piece | undefined, next: Piece | undefined): void {
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
  }
}
