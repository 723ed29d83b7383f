/** The deadline in a carrier: the milliseconds that remain, as a decimal integer. */
import { MAX_DELAY } from '../deadline.js';

const DIGITS = /^\d{1,10}$/;

/**
 * Reads the time that remains.
 * @param texts the texts of the entry; a repeated entry must have one value
 * @returns undefined if it is not an integer from 0 to 2147483647
 */
export function parseTimeout(texts: readonly string[]): number | undefined {
  const [text = ''] = texts;
  if (!texts.every((other) => other === text) || !DIGITS.test(text)) return undefined;
  const milliseconds = Number(text);
  return milliseconds <= MAX_DELAY ? milliseconds : undefined;
}
