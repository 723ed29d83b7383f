/** Longer than any operation of a driver that ends. */
const TIMEOUT_MS = 20_000;

/**
 * Returns the result of an operation.
 *
 * @param name the name of the operation, for the message of the error
 * @throws {Error} if the operation has not ended after 20 seconds
 */
export async function withTimeout<T>(name: string, operation: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not end within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([operation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
