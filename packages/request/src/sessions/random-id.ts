import { base64url } from './base64url.js';

/** Creates a random id of 192 bits: 32 letters, digits, `-` and `_`. Session ids are such ids. */
export function newRandomId(): string {
  return base64url(globalThis.crypto.getRandomValues(new Uint8Array(24)));
}
