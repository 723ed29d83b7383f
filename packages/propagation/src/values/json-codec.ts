/**
 * The default codec: JSON, except that a string is written as it is unless it could be read as JSON. `acme` is the
 * string, `42` and `true` are a number and a boolean, and the string '42' is written with quotation marks. Every value is
 * read as it was written, and a plain string from another library, such as `tenant=acme`, is read too. So is an integer of
 * another library that a number would round.
 */

const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** An integer other than -0, which is a number of its own. */
const INTEGER = /^(?!-0$)-?\d+$/;

/** Whether text is read as JSON: it begins as an object, an array or a string, or it is a literal or a number. */
function isReadAsJson(text: string): boolean {
  const first = text.charCodeAt(0);
  // Quotation mark, opening bracket, opening brace.
  return first === 0x22 || first === 0x5b || first === 0x7b || LITERAL.test(text);
}

/** Half of a surrogate pair, which has no UTF-8 encoding. JSON escapes it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Encodes a value.
 * @throws {TypeError} if JSON cannot represent the value
 */
export function encodeJson(value: unknown): string {
  if (typeof value === 'string') {
    return value === '' || isReadAsJson(value) || LONE_SURROGATE.test(value) ? JSON.stringify(value) : value;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}.`);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON cannot represent a ${typeof value}.`);
  return text;
}

/**
 * Decodes text.
 * @throws {SyntaxError} if the text begins as JSON and is not, or if an object has a key `__proto__`, which changes the
 * prototype of an object that it is copied to
 */
export function decodeJson(text: string): unknown {
  if (text === '') throw new SyntaxError('The text is empty.');
  if (!isReadAsJson(text)) return text;
  const value: unknown = JSON.parse(text);
  // encodeJson() writes no such text for a number: it is the string of another library, such as an id of 64 bits.
  if (typeof value === 'number' && INTEGER.test(text) && String(value) !== text) return text;
  if (typeof value === 'number' && !Number.isFinite(value)) throw new SyntaxError('The number is too large.');
  if (typeof value === 'object' && value !== null && PROTO_KEY.test(text)) rejectProtoKey(text);
  return value;
}

/** Text that may contain the key, also with escapes. */
const PROTO_KEY = /__proto__|\\u/;

function rejectProtoKey(text: string): void {
  JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') throw new SyntaxError('An object has a key "__proto__".');
    return value;
  });
}
