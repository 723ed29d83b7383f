/** What a signature covers. */

/**
 * Returns the text that is signed: everything that an entry says. A name and numbers contain no line break, so no two
 * entries have one text. The first line keeps a key that is used for something else from signing an entry.
 * @param time seconds since the epoch, as they are in the entry
 */
export function signedMessage(name: string, version: number, time: string, text: string): string {
  return `throughline-propagation-1\n${name}\n${version}\n${time}\n${text}`;
}
