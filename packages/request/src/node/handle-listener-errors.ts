/**
 * Calls a listener of a server so that its errors end in a response and in the log. Node itself handles neither: an
 * error that a listener throws, and a promise that it rejects, end the process.
 */

/**
 * @param call calls the listener
 * @param handleError called with what the listener throws or rejects with, in the frame of the call
 * @returns what the listener returns. If that is a promise, a promise that never rejects
 */
export function handleListenerErrors(call: () => unknown, handleError: (error: unknown) => void): unknown {
  try {
    const result = call();
    return isThenable(result) ? result.then(undefined, handleError) : result;
  } catch (error) {
    return handleError(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
