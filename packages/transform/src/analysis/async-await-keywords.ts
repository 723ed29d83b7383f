/**
 * Finds where `async` and `await` may be keywords, without parsing the file. A word in a string or a comment may be
 * mistaken for a keyword, but no keyword is missed.
 */
import { TextPositions } from './text-positions.js';

// `async` is followed by a function, by the name of a method, by a parameter, or by a type parameter; `await` by
// anything but the characters below.
const KEYWORD =
  /(?<![\p{ID_Continue}$])(?:async\s*(?=[\p{ID_Start}$_\\(*[#"'\d/.<])|await\s*(?![\p{ID_Continue}$:,)\]};=]))/gu;

const NONE = new TextPositions([]);

export function findAsyncAwaitKeywords(code: string): TextPositions {
  if (!code.includes('async') && !code.includes('await')) return NONE;
  const positions: number[] = [];
  for (const { index, 0: match } of code.matchAll(KEYWORD)) {
    if (!isQuoted(code, index, match)) positions.push(index);
  }
  return new TextPositions(positions);
}

function isQuoted(code: string, index: number, match: string): boolean {
  const before = code[index - 1];
  return (before === '"' || before === "'") && before === code[index + match.length];
}
