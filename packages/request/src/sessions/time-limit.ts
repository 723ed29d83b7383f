/**
 * Settles as a promise does, if it settles in time. A promise that settles later is ignored.
 * @param limit milliseconds
 * @throws {Error} when the limit has passed
 */
export function withTimeLimit<T>(limit: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no response within ${limit} ms`)), limit);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
