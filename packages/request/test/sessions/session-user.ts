/** A user of a server with sessions. */

/** A response, read to its end. */
export interface UserResponse {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The `set-cookie` headers. */
  readonly cookies: readonly string[];
}

/** Sends requests with the cookies that the server has set. It keeps them by name, until the server removes them. */
export class SessionUser {
  /** The cookies, by name. */
  readonly jar = new Map<string, string>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(path: string, init: RequestInit = {}): Promise<UserResponse> {
    const headers = new Headers(init.headers);
    if (this.jar.size > 0) headers.set('cookie', [...this.jar].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(`${this.#url}${path}`, { ...init, headers });
    const cookies = response.headers.getSetCookie();
    for (const cookie of cookies) this.#applyCookie(cookie);
    return { status: response.status, text: await response.text(), headers: response.headers, cookies };
  }

  #applyCookie(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (attributes.includes('Max-Age=0')) this.jar.delete(name);
    else this.jar.set(name, pair.slice(equals + 1));
  }
}
