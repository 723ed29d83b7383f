/**
 * The text that the doctor inserts into a function, and its removal from what `toString()` returns.
 *
 *     function handler(req) {                      const c1 = capture();
 *       pool.take(function (connection) {            const m2 = enter(c1, 7); try {
 *         connection.query(sql);
 *       });                                          } finally { leave(m2); }
 *     }
 *
 * Each piece of inserted text stands between two comments and contains no line break. The lines of a file therefore do
 * not change, and removing the pieces restores the original text of a function.
 */

const OPENING = '/*<td*/';
const CLOSING = '/*td>*/';
/** An arrow function whose body is an expression ends within the last piece, with an inserted brace. */
const PIECE = /\/\*<td\*\/.*?(?:\/\*td>\*\/|$)/g;

/** The global functions that the inserted text calls. */
export const CAPTURE = '__tdCapture';
export const ENTER = '__tdEnter';
export const LEAVE = '__tdLeave';
export const SUSPEND = '__tdSuspend';
export const RESUME = '__tdResume';
export const CREATED = '__tdCreated';
/** Called with the exports of a module of `throughline`. */
export const WATCH = '__tdWatch';
/** A constant, the scope that forced checks compare with. */
export const FORCED = '__tdForced';

/** Names that begin like this are those of inserted text. */
export const RESERVED_PREFIX = '__td';

export function inserted(text: string): string {
  return `${OPENING}${text}${CLOSING}`;
}

export function hasInsertedText(code: string): boolean {
  return code.includes(OPENING);
}

/** Returns the text as it was before anything was inserted. */
export function withoutInsertedText(code: string): string {
  return hasInsertedText(code) ? code.replace(PIECE, '') : code;
}
