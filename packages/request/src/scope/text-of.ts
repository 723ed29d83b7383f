/** The text of a value that was thrown, for the log. */

/**
 * Converts a value to text. It never throws, which would end the process of a server: an object that a client has sent
 * as JSON, such as `{"toString":1}`, cannot be converted, and may be the cause of an error, or a part of it.
 * @param read reads the value; a getter may throw too
 */
export function textOf(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return 'an error that cannot be converted to text';
  }
}
