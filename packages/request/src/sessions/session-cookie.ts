/** The session cookie: its name, its signed value and its attributes. */
import { parse, serialize } from 'cookie';
import { sign, unsign } from 'cookie-signature';

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

/** Longer than any value that is signed here. A longer one is rejected before its signature is computed. */
const MAX_VALUE_LENGTH = 512;

const ID_PATTERN = /^[\w-]{32}$/;

/** The content of a valid session cookie. */
export interface VerifiedCookie {
  readonly id: string;
  /** Whether it was signed with a secret that is being replaced, so that the client must receive a new cookie. */
  readonly hasOldSignature: boolean;
}

export class SessionCookie {
  readonly #secrets: readonly string[];
  readonly #name: string;
  readonly #isHostOnly: boolean;
  readonly #attributes: { httpOnly: true; path: string; sameSite: 'lax' | 'strict' | 'none'; domain?: string };
  readonly #secure: boolean | undefined;

  /** @param secrets the first one signs, all of them verify */
  constructor(
    secrets: readonly string[],
    { name = 'sid', domain, path = '/', sameSite = 'lax', secure }: CookieOptions,
  ) {
    this.#secrets = secrets;
    this.#name = name;
    this.#isHostOnly = domain === undefined && path === '/';
    this.#attributes = { httpOnly: true, path, sameSite, ...(domain === undefined ? {} : { domain }) };
    this.#secure = secure;
  }

  /**
   * Finds and verifies the session cookie among those of a request.
   * @param header the `cookie` header of the request
   * @returns undefined if there is no such cookie, or if it was not signed with one of the secrets
   */
  verify(header: string | undefined, isSecure: boolean): VerifiedCookie | undefined {
    if (header === undefined) return undefined;
    const value = parse(header)[this.#nameFor(isSecure)];
    if (value === undefined || value.length > MAX_VALUE_LENGTH) return undefined;
    for (const [index, secret] of this.#secrets.entries()) {
      // unsign() compares in constant time.
      const id = unsign(value, secret);
      if (id !== false) return ID_PATTERN.test(id) ? { id, hasOldSignature: index > 0 } : undefined;
    }
    return undefined;
  }

  /**
   * The `set-cookie` header that stores a session id.
   * @param maxAge seconds
   */
  headerToSet(id: string, maxAge: number, isSecure: boolean): string {
    const [secret = ''] = this.#secrets;
    return this.#serialize(sign(id, secret), maxAge, isSecure);
  }

  /** The `set-cookie` header that removes the cookie. */
  headerToRemove(isSecure: boolean): string {
    return this.#serialize('', 0, isSecure);
  }

  #serialize(value: string, maxAge: number, isSecure: boolean): string {
    const secure = this.#secure ?? isSecure;
    return serialize(this.#nameFor(isSecure), value, { ...this.#attributes, secure, maxAge });
  }

  #nameFor(isSecure: boolean): string {
    return this.#isHostOnly && (this.#secure ?? isSecure) ? `__Host-${this.#name}` : this.#name;
  }
}
