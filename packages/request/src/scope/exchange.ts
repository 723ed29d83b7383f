/**
 * One request and its response, as the scope and the session need them.
 *
 *     adapter ── creates ──▶ exchange ◀── reads ── scope   method, url, id, signal
 *                               ▲
 *                               └── reads, defers headers ── session   cookie, save before the headers
 *
 * Each kind of server has a class that implements this interface: `NodeExchange`, `UpgradeExchange`,
 * `Http2StreamExchange` and `WebExchange`.
 */

/**
 * Saves what must be saved before the response headers are sent, and returns the values of the `set-cookie` headers.
 */
export type PrepareHeaders = () => readonly string[] | Promise<readonly string[]>;

export interface Exchange {
  /** The request method: `GET`, `POST` ... */
  readonly method: string;

  /** The path and the query, as the client sent them. */
  readonly url: string;

  /** A safe id that the framework has already assigned to the request, which the scope then uses too. */
  readonly requestId?: string | undefined;

  /**
   * A header of the request. Several headers of one name are joined by a comma, those of `cookie` by a semicolon.
   * @param name in lower case
   */
  header(name: string): string | undefined;

  /** Whether the client connected over HTTPS, as far as the server can trust the request. */
  readonly isSecure: boolean;

  /**
   * The host that the client addressed, with the port unless it is the default one, as far as the server can trust the
   * request. Default: the header `host`.
   */
  readonly host?: string | undefined;

  /** The network address of the client, or of the proxy before this server, if the server knows it. */
  readonly remoteAddress?: string | undefined;

  /** Whether the response headers have been sent, after which no cookie can be set. */
  readonly headersSent: boolean;

  /**
   * Calls `prepare` once, immediately before the response headers are sent, and adds the `set-cookie` headers that it
   * returns. If it returns a promise, the headers wait for it. If that promise rejects, the response is an error
   * instead of what the handler wrote, with the `set-cookie` headers that `cookiesAfterFailure` then returns.
   *
   * This must be called before the code of the request runs: that code may copy the methods of the response, as
   * `response.end(await handle())` does.
   */
  beforeHeaders(prepare: PrepareHeaders, cookiesAfterFailure?: () => readonly string[]): void;

  /** Calls `callback` once if the client disconnects before the response has ended, immediately if it already has. */
  onClientGone(callback: () => void): void;

  /**
   * Calls `callback` once when nothing more will be sent, because the response has ended or the client has
   * disconnected.
   */
  onClose(callback: () => void): void;

  /** The session that a session middleware such as `express-session` has put on the request, or undefined. */
  readonly frameworkSession: unknown;
}
