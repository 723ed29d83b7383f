/** The session cookie: its name, its signed value and its attributes. */
import { parse, serialize } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import { RecentlyUsed } from './recently-used.js';

/**
 * The attributes of the session cookie. `HttpOnly` is always set.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis, Cookies
 */
export interface CookieOptions {
  /**
   * The name. Over HTTPS it is prefixed with `__Host-`, which makes browsers reject such a cookie from another host or
   * without HTTPS, unless a domain or a path is given. Default: `sid`.
   */
  name?: string | undefined;
  /** The domain whose subdomains receive the cookie as well. Default: none, so that no other host receives it. */
  domain?: string | undefined;
  /** The path below which the cookie is sent. Default: `/`. */
  path?: string | undefined;
  /** Whether requests from other sites carry the cookie. `none` requires HTTPS. Default: `lax`. */
  sameSite?: 'lax' | 'strict' | 'none' | undefined;
  /** Whether browsers send the cookie over HTTPS only. Default: whether the request came over HTTPS. */
  secure?: boolean | undefined;
}

const ID_PATTERN = /^[\w-]{32}$/;
const ID_LENGTH = 32;

/** An id, a dot, and a signature: SHA-256 in base64 without padding. */
const SIGNED_ID_LENGTH = ID_LENGTH + 1 + 43;

/**
 * How many cookies of the name are looked up in the store. A browser sends several if another application of the same
 * domain, or an attacker on a subdomain, has set one too.
 */
const MAX_COOKIES = 4;

/**
 * How many signatures are kept in each of the two generations. Computing one takes several microseconds, and a client
 * sends the same one with each request.
 */
const MAX_SIGNATURES = 5000;

/** The content of a valid session cookie. */
export interface VerifiedCookie {
  readonly id: string;
  /** Whether it was signed with a secret that is being replaced, so that the client must receive a new cookie. */
  readonly hasOldSignature: boolean;
}

export class SessionCookie {
  readonly #secrets: readonly string[];
  readonly #signedPrefix: string;
  readonly #name: string;
  readonly #isHostOnly: boolean;
  readonly #attributes: { httpOnly: true; path: string; sameSite: 'lax' | 'strict' | 'none'; domain?: string };
  readonly #secure: boolean | undefined;
  /**
   * The content of cookies whose signatures have been verified, by their names and values as a client sends them. No
   * invalid cookie is among them, and a session has one form for each secret, so a client can put here only as much as it
   * has sessions. A guess is compared with a text only if both have the same hash, which depends on each character: the
   * time of a lookup does not reveal how much of a guess is right. Each object has one set of secrets.
   */
  readonly #verified = new RecentlyUsed<VerifiedCookie>(MAX_SIGNATURES);
  /** The values of cookies that were signed with the first secret, by their ids. */
  readonly #signed = new RecentlyUsed<string>(MAX_SIGNATURES);
  /** The attributes, as they follow the value and its maximum age; without and with HTTPS. */
  readonly #attributeTexts: readonly [insecure: string, secure: string];

  /**
   * @param secrets the first one signs, all of them verify
   * @param applicationName is signed with the id: a cookie of another application with the same secret is invalid
   */
  constructor(
    secrets: readonly string[],
    applicationName: string,
    { name = 'sid', domain, path = '/', sameSite = 'lax', secure }: CookieOptions,
  ) {
    this.#secrets = secrets;
    this.#signedPrefix = `${applicationName}.`;
    this.#name = name;
    this.#isHostOnly = domain === undefined && path === '/';
    this.#attributes = { httpOnly: true, path, sameSite, ...(domain === undefined ? {} : { domain }) };
    this.#secure = secure;
    this.#attributeTexts = [this.#serializeAttributes(false), this.#serializeAttributes(true)];
  }

  /**
   * Finds the valid session cookies among those of a request, in their order. An invalid one hides none that follow.
   * @param header the `cookie` header of the request
   * @returns the cookies that were signed with one of the secrets
   */
  verify(header: string | undefined, isSecure: boolean): readonly VerifiedCookie[] {
    const name = this.#nameFor(isSecure);
    if (header === undefined || !header.includes(name)) return [];
    const verified: VerifiedCookie[] = [];
    for (const pair of header.split(';')) {
      const trimmed = pair.trim();
      if (!trimmed.startsWith(name)) continue;
      const cookie = this.#verified.get(trimmed) ?? this.#verifyPair(trimmed, name);
      if (cookie === undefined || verified.some(({ id }) => id === cookie.id)) continue;
      verified.push(cookie);
      if (verified.length === MAX_COOKIES) break;
    }
    return verified;
  }

  #verifyPair(pair: string, name: string): VerifiedCookie | undefined {
    const value = parse(pair)[name];
    if (value === undefined) return undefined;
    const cookie = this.#verifyValue(value);
    // Only the form in which it was set: with spaces or encoded characters, a client could send one cookie in as many forms
    // as would fill the memory. A part of the header would keep all of it in memory, so the key is a copy.
    if (cookie !== undefined && pair === `${name}=${encodeURIComponent(value)}`)
      this.#verified.set(copyOf(pair), cookie);
    return cookie;
  }

  #verifyValue(value: string): VerifiedCookie | undefined {
    // Computing a signature takes longer than this check.
    if (value.length !== SIGNED_ID_LENGTH || value[ID_LENGTH] !== '.') return undefined;
    for (const [index, secret] of this.#secrets.entries()) {
      // unsign() compares in constant time.
      const signed = unsign(this.#signedPrefix + value, secret);
      if (signed === false) continue;
      const id = signed.slice(this.#signedPrefix.length);
      return ID_PATTERN.test(id) ? { id: copyOf(id), hasOldSignature: index > 0 } : undefined;
    }
    return undefined;
  }

  /**
   * The `set-cookie` header that stores a session id.
   * @param maxAge seconds
   */
  headerToSet(id: string, maxAge: number, isSecure: boolean): string {
    return this.#serialize(this.#signedValueOf(id), maxAge, isSecure);
  }

  /** The `set-cookie` header that removes the cookie. */
  headerToRemove(isSecure: boolean): string {
    return this.#serialize('', 0, isSecure);
  }

  #signedValueOf(id: string): string {
    let value = this.#signed.get(id);
    if (value === undefined) {
      const [secret = ''] = this.#secrets;
      value = encodeURIComponent(sign(this.#signedPrefix + id, secret).slice(this.#signedPrefix.length));
      this.#signed.set(id, value);
    }
    return value;
  }

  #serialize(value: string, maxAge: number, isSecure: boolean): string {
    return `${this.#nameFor(isSecure)}=${value}; Max-Age=${maxAge}${this.#attributeTexts[isSecure ? 1 : 0]}`;
  }

  #serializeAttributes(isSecure: boolean): string {
    const name = this.#nameFor(isSecure);
    return serialize(name, '', { ...this.#attributes, secure: this.#secure ?? isSecure }).slice(`${name}=`.length);
  }

  #nameFor(isSecure: boolean): string {
    return this.#isHostOnly && (this.#secure ?? isSecure) ? `__Host-${this.#name}` : this.#name;
  }
}

function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
