/**
 * The errors of this package. Each has a code for programs, a message that says what went wrong and what to do, and the
 * HTTP status that a framework responds with when the error reaches its error handler.
 */

/**
 * The HTTP status of each code: 403 if the client may not send the request, 409 if it can send the request again, 503 if
 * it must wait, 500 if the server's own code or configuration is at fault.
 */
const STATUS = {
  ERR_NO_REQUEST_SCOPE: 500,
  ERR_NO_SESSION: 500,
  ERR_SESSION_VALUE: 500,
  ERR_SESSION_TOO_LATE: 500,
  ERR_SESSION_GONE: 409,
  ERR_SESSION_STORE: 503,
  ERR_CROSS_ORIGIN: 403,
  ERR_INVALID_OPTION: 500,
} as const;

/**
 * The code of a {@link RequestError}.
 *
 * | Code | Status | Thrown when |
 * | --- | --- | --- |
 * | `ERR_NO_REQUEST_SCOPE` | 500 | the scope or the session is read outside of a request |
 * | `ERR_NO_SESSION` | 500 | the session is read in a request that has none |
 * | `ERR_SESSION_VALUE` | 500 | a key or a value cannot be stored in a session, or is too large for it |
 * | `ERR_SESSION_TOO_LATE` | 500 | a session would need a new cookie after the response headers were sent |
 * | `ERR_SESSION_GONE` | 409 | a request writes to a session that has expired or ended in the meantime |
 * | `ERR_SESSION_STORE` | 503 | the session store fails, or is slower than its time limit |
 * | `ERR_CROSS_ORIGIN` | 403 | another site made a browser send a request with a session cookie |
 * | `ERR_INVALID_OPTION` | 500 | an option does not exist or has an invalid value, usually when the server starts |
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.4 403 Forbidden
 * @see https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.10 409 Conflict
 * @see https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.1 500 Internal Server Error
 * @see https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.4 503 Service Unavailable
 */
export type RequestErrorCode = keyof typeof STATUS;

/**
 * An error of this package. Use `code` to distinguish the errors, because the messages may change.
 * @example
 * import { getRequestScope, RequestError } from '@throughline/request';
 *
 * try {
 *   getRequestScope();
 * } catch (error) {
 *   if (!(error instanceof RequestError)) throw error;
 *   console.log(error.code, error.status); // ERR_NO_REQUEST_SCOPE 500
 * }
 */
export class RequestError extends Error {
  /** Identifies the error. */
  readonly code: RequestErrorCode;
  /** The HTTP status for this code, under the name that Express, Koa and h3 read. */
  readonly status: number;
  /** The same status, under the name that Fastify and Nest read. */
  readonly statusCode: number;
  /**
   * Whether a framework may show the message to the client: never, because the message is for developers. Errors of the
   * package `http-errors` have the same property. Nest 12 reads the status only of errors that have it.
   */
  readonly expose = false;

  /**
   * @param code identifies the error, and determines the status
   * @param message what went wrong and what to do, for developers
   * @param options `cause`: the error that led to this one
   */
  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RequestError';
    this.code = code;
    this.status = STATUS[code];
    this.statusCode = this.status;
  }

  /**
   * Recognizes the errors of every copy of this package, so that an application handles those of a library with its own
   * copy.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this method, and recognize only their own instances
    if (this !== RequestError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** Marks the errors of all copies of this package. */
const BRAND = Symbol.for('@throughline/request.RequestError');
Object.defineProperty(RequestError.prototype, BRAND, { value: true });
