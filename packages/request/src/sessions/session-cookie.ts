/** The cookie that names a session: which name it has, what is in it, and whom to believe. */
import { parse, serialize } from 'cookie';
import { sign, unsign } from 'cookie-signature';

export interface CookieOptions {
  /** Default: `sid`; behind https with the prefix `__Host-`, unless a domain or a path is given. */
  name?: string;
  /** Default: none, so that no other host is sent the cookie. */
  domain?: string;
  /** Default: `/`. */
  path?: string;
  /** Default: `lax`. `none` needs https. */
  sameSite?: 'lax' | 'strict' | 'none';
  /** Whether browsers send it over https only. Default: as the request came. */
  secure?: boolean;
}

/** Longer than any cookie that was signed here. */
const LONGEST = 512;

const ID = /^[\w-]{32}$/;

export interface ReadCookie {
  readonly id: string;
  /** Signed with a secret that is being replaced: the client is to get a new one. */
  readonly isOld: boolean;
}

export class SessionCookie {
  readonly #secrets: readonly string[];
  readonly #name: string;
  readonly #isHostOnly: boolean;
  readonly #attributes: { httpOnly: true; path: string; sameSite: 'lax' | 'strict' | 'none'; domain?: string };
  readonly #secure: boolean | undefined;

  /** @param secrets the first signs, all verify */
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
   * The id in the cookies that a request brings, if it was signed here.
   * @param header the request's `cookie` header
   */
  read(header: string | undefined, isSecure: boolean): ReadCookie | undefined {
    if (header === undefined) return undefined;
    const value = parse(header)[this.#nameFor(isSecure)];
    if (value === undefined || value.length > LONGEST) return undefined;
    for (const [index, secret] of this.#secrets.entries()) {
      // Compares in constant time.
      const id = unsign(value, secret);
      if (id !== false) return ID.test(id) ? { id, isOld: index > 0 } : undefined;
    }
    return undefined;
  }

  /** @param maxAge seconds */
  set(id: string, maxAge: number, isSecure: boolean): string {
    const [secret = ''] = this.#secrets;
    return this.#serialized(sign(id, secret), maxAge, isSecure);
  }

  /** Takes the cookie back. */
  clear(isSecure: boolean): string {
    return this.#serialized('', 0, isSecure);
  }

  #serialized(value: string, maxAge: number, isSecure: boolean): string {
    const secure = this.#secure ?? isSecure;
    return serialize(this.#nameFor(isSecure), value, { ...this.#attributes, secure, maxAge });
  }

  #nameFor(isSecure: boolean): string {
    return this.#isHostOnly && (this.#secure ?? isSecure) ? `__Host-${this.#name}` : this.#name;
  }
}
