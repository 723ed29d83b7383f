/** Text of a client in a line of a log. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal and a log would interpret
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * Percent-encodes the control characters in what a client has sent, which could otherwise begin another line of the log,
 * or control the terminal. Node rejects them in HTTP/1, but HTTP/2 lets U+0080 to U+009F pass in a path.
 */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, encodeURIComponent);
}
