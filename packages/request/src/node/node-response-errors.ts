/**
 * The errors, with Node's codes, that Node throws for an invalid call on a response. A deferred call throws them
 * itself, because the handler that made the call could not catch them later.
 * @see https://nodejs.org/api/errors.html#nodejs-error-codes
 */

export function nodeError(code: string, message: string, Type: ErrorConstructor = Error): Error {
  return Object.assign(new Type(message), { code });
}

/** @throws {RangeError} `ERR_HTTP_INVALID_STATUS_CODE` */
export function assertValidStatus(status: unknown): void {
  const number = Number(status) | 0;
  if (number >= 100 && number <= 999) return;
  throw nodeError('ERR_HTTP_INVALID_STATUS_CODE', `Invalid status code: ${String(status)}`, RangeError);
}

/**
 * @param method `end` may be called without a chunk, `write` may not
 * @throws {TypeError} `ERR_STREAM_NULL_VALUES`, `ERR_INVALID_ARG_TYPE`
 */
export function assertValidChunk(chunk: unknown, method: 'write' | 'end'): void {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return;
  if (method === 'end' && (chunk === undefined || chunk === null || typeof chunk === 'function')) return;
  if (chunk === null) throw nodeError('ERR_STREAM_NULL_VALUES', 'A chunk must not be null.', TypeError);
  throw nodeError(
    'ERR_INVALID_ARG_TYPE',
    `The chunk passed to ${method}() must be a string, a Buffer or a Uint8Array, not ${typeof chunk}.`,
    TypeError,
  );
}
