/**
 * Creates a random id of 192 bits in base64url: 32 letters, digits, `-` and `_`. Session ids and write ids are such
 * ids.
 */
export function newRandomId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
