/** The errors of this package. Each has a code for programs and a message that says what to do. */

/**
 * The HTTP status of each code. An error that the client can resolve by sending the request again is a 409, one that it
 * can only wait out is a 503, and a fault of the server's own code or configuration is a 500.
 * @see https://www.rfc-editor.org/rfc/rfc9110.html#name-status-codes
 */
const STATUS = {
  ERR_NO_REQUEST_SCOPE: 500,
  ERR_NO_SESSION: 500,
  ERR_SESSION_VALUE: 500,
  ERR_SESSION_TOO_LATE: 500,
  ERR_SESSION_GONE: 409,
  ERR_SESSION_STORE: 503,
  ERR_INVALID_OPTION: 500,
} as const;

export type RequestErrorCode = keyof typeof STATUS;

export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** The HTTP status that a framework responds with when this error reaches its error handler. */
  readonly status: number;
  /** The same status, under the name that Fastify and Nest read. */
  readonly statusCode: number;
  /**
   * Whether frameworks may show the message to the client: never, it is for developers. Errors of the package `http-errors`
   * have this property too, and Nest ignores the status of an error without it.
   */
  readonly expose = false;

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RequestError';
    this.code = code;
    this.status = STATUS[code];
    this.statusCode = this.status;
  }
}
