/**
 * Where in a file `async` and `await` may stand as keywords, found without parsing it. Most files have none, most of a file
 * has none, and need not be looked at. In a string or a comment a word may be taken for a keyword, never the other way round.
 */

// What follows `async` is a function, a method's name, a parameter or one of a type; what follows `await` is anything but these signs.
const KEYWORD =
  /(?<![\p{ID_Continue}$])(?:async\s*(?=[\p{ID_Start}$_\\(*[#"'\d/.<])|await\s*(?![\p{ID_Continue}$:,)\]};=]))/gu;

export class AsyncKeywords {
  readonly #positions: number[] = [];

  constructor(code: string) {
    if (!code.includes('async') && !code.includes('await')) return;
    for (const { index, 0: match } of code.matchAll(KEYWORD)) {
      if (!isQuoted(code, index, match)) this.#positions.push(index);
    }
  }

  get isEmpty(): boolean {
    return this.#positions.length === 0;
  }

  /** Whether there may be one from `start` to `end`. */
  hasBetween(start: number, end: number): boolean {
    const positions = this.#positions;
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    return low < positions.length && (positions[low] as number) < end;
  }
}

function isQuoted(code: string, index: number, match: string): boolean {
  const before = code[index - 1];
  return (before === '"' || before === "'") && before === code[index + match.length];
}
