/**
 * Settles as a promise does, if it settles in time. A promise that settles later is ignored.
 * @param limit milliseconds
 * @param toError converts the reason of a rejection, and the error when the limit has passed
 */
export function withTimeLimit<T>(
  limit: number,
  promise: PromiseLike<T>,
  toError: (reason: unknown) => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(toError(new Error(`no response within ${limit} ms`))), limit);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (reason: unknown) => {
        clearTimeout(timer);
        reject(toError(reason));
      },
    );
  });
}
