/** What Node refuses of an answer, with Node's codes, for calls that are not done at once. */

/** An error with a code of Node's. */
export function refused(code: string, message: string, Type: ErrorConstructor = Error): Error {
  return Object.assign(new Type(message), { code });
}

/** @throws ERR_HTTP_INVALID_STATUS_CODE */
export function refuseStatus(status: unknown): void {
  const number = Number(status) | 0;
  if (number >= 100 && number <= 999) return;
  throw refused('ERR_HTTP_INVALID_STATUS_CODE', `Invalid status code: ${String(status)}`, RangeError);
}

/**
 * @param method of the two that take a chunk; `end` may come without one
 * @throws ERR_STREAM_NULL_VALUES, ERR_INVALID_ARG_TYPE
 */
export function refuseChunk(chunk: unknown, method: string): void {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return;
  if (method === 'end' && (chunk === undefined || chunk === null || typeof chunk === 'function')) return;
  if (chunk === null) throw refused('ERR_STREAM_NULL_VALUES', 'A chunk must not be null.', TypeError);
  throw refused(
    'ERR_INVALID_ARG_TYPE',
    `The chunk given to ${method}() must be a string, a Buffer or a Uint8Array, not ${typeof chunk}.`,
    TypeError,
  );
}
