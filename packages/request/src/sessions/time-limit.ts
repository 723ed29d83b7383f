/**
 * What a promise gives, if it does so in time.
 * @param limit milliseconds
 * @throws an Error that says how long was waited; what the promise then still does is nobody's
 */
export function withinTime<T>(limit: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
