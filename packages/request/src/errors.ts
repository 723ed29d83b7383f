/** The errors of this package: a code for programs, a sentence that says what to do for people. */

export type RequestErrorCode =
  | 'ERR_NO_REQUEST_SCOPE'
  | 'ERR_NO_SESSION'
  | 'ERR_SESSION_VALUE'
  | 'ERR_SESSION_TOO_LATE'
  | 'ERR_SESSION_GONE'
  | 'ERR_SESSION_STORE'
  | 'ERR_INVALID_OPTION';

export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** The status that a framework answers with when this error reaches it. */
  readonly status: number;
  /** The same, under the name that Express and Fastify read. */
  readonly statusCode: number;

  constructor(code: RequestErrorCode, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.name = 'RequestError';
    this.code = code;
    this.status = options?.status ?? 500;
    this.statusCode = this.status;
  }
}
