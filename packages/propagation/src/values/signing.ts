/**
 * Signatures, for transports that others can write to. An entry point of its own, so that a page, which has no secret,
 * does not load the hash.
 *
 * HMAC-SHA-256 of `node:crypto` where the runtime has it, and elsewhere of @noble/hashes, which takes three times as long
 * (6 instead of 2 µs on Node 26), is audited and has no dependency. Web Crypto is asynchronous, and `inject()` is not.
 * Version 1 of @noble/hashes can be loaded by `require` in all tools.
 */
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import { invalidArgType, invalidArgValue } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { type Signer, shared } from '../shared-state.js';

/** A key that signs and verifies. */
export interface SigningKey {
  /** Names the key in a signature: 1 to 32 letters, digits, hyphens and underscores. */
  id: string;
  /**
   * At least 32 bytes, or a string of at least 32 characters, that only the processes know which exchange values. A
   * variable of the environment that is not set, `undefined`, is an error.
   */
  secret: string | Uint8Array | undefined;
}

const KEY_OPTION_NAMES: ReadonlySet<string> = new Set(['id', 'secret']);
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const MIN_SECRET_LENGTH = 32;

/** Returns the HMAC of a message, in base64url. */
type Hmac = (message: string) => string;

/** The part of `node:crypto` that is used here. */
interface NodeCrypto {
  createHmac(
    algorithm: 'sha256',
    secret: string | Uint8Array,
  ): { update(message: string): { digest(encoding: 'base64url'): string } };
}

function createHmac(secret: string | Uint8Array): Hmac {
  // Not imported, because other runtimes and their bundlers do not know the module.
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined } };
  const crypto = process?.getBuiltinModule?.('node:crypto');
  if (crypto !== undefined) {
    const ownSecret = typeof secret === 'string' ? secret : secret.slice();
    return (message) => crypto.createHmac('sha256', ownSecret).update(message).digest('base64url');
  }
  const keyed = hmac.create(sha256, secret);
  return (message) => toBase64Url(keyed.clone().update(message).digest());
}

/**
 * Sets the keys for values that are declared with `sign: true`. The first key signs, and all keys verify: to replace a
 * key, add the new one at the end in all processes, then move it to the front, then remove the old one.
 *
 * A signature covers the name, the version and the text of a value, and the time at which it was signed. It does not
 * bind two values to each other: what is only right together belongs in one object.
 * @param keys at least one; a later call replaces the keys of an earlier one
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if there is no key, an id is invalid or used
 * twice, or a secret is too short
 * @example
 * import { extract, inject, Propagated } from '@throughline/propagation';
 * import { setSigningKeys } from '@throughline/propagation/signing';
 *
 * setSigningKeys([{ id: 'k1', secret: 'a secret of thirty-two characters' }]);
 * const tenant = new Propagated('tenant', { sign: true });
 * const headers = tenant.run('acme', () => inject({}));
 * console.log(extract(headers).get(tenant)); // acme
 * console.log(extract({ baggage: 'tenant=evil' }, { trust: true }).get(tenant)); // undefined
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export function setSigningKeys(keys: readonly SigningKey[]): void {
  if (!Array.isArray(keys)) throw invalidArgType('setSigningKeys(keys): keys', 'an array', keys);
  const hashes = new Map<string, Hmac>();
  for (const key of keys as readonly SigningKey[]) {
    checkOptionNames('A key of setSigningKeys()', key, KEY_OPTION_NAMES);
    const { id, secret } = key;
    if (typeof id !== 'string' || !KEY_ID.test(id)) {
      throw invalidArgValue('The id of a key must be 1 to 32 letters, digits, hyphens and underscores.');
    }
    if (hashes.has(id)) throw invalidArgValue(`Two keys have the id ${JSON.stringify(id)}. Give each its own.`);
    if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
      throw invalidArgType(`The secret of the key ${JSON.stringify(id)}`, 'a string or bytes', secret);
    }
    if (secret.length < MIN_SECRET_LENGTH) {
      throw invalidArgValue(
        `The secret of the key ${JSON.stringify(id)} is shorter than ${MIN_SECRET_LENGTH} bytes, and could be guessed.`,
      );
    }
    hashes.set(id, createHmac(secret));
  }
  const [first] = hashes.keys();
  if (first === undefined) throw invalidArgValue('setSigningKeys(keys): keys is empty, and one key is needed.');
  shared.signer = createSigner(first, hashes);
}

function createSigner(signingId: string, hashes: ReadonlyMap<string, Hmac>): Signer {
  return {
    sign: (message) => `${signingId}.${hashes.get(signingId)?.(message)}`,
    verify: (message, signature) => {
      const dot = signature.indexOf('.');
      const expected = hashes.get(signature.slice(0, Math.max(0, dot)))?.(message);
      return expected !== undefined && isEqual(expected, signature.slice(dot + 1));
    },
  };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Not every supported runtime has `Uint8Array.prototype.toBase64`. */
function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const group = (first << 16) | (second << 8) | third;
    const digits = [group >> 18, (group >> 12) & 63, (group >> 6) & 63, group & 63].map((digit) => DIGITS[digit]);
    text += digits.slice(0, Math.min(3, bytes.length - index) + 1).join('');
  }
  return text;
}

/** Compares in a time that does not depend on where two texts of one length differ. */
function isEqual(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}
