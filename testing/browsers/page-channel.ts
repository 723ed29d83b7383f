/** A queue of the values that a page sends to its server. */

export interface PageChannel {
  /** The path that the page POSTs JSON values to. */
  readonly path: string;
  /**
   * Returns the oldest value that has not been returned yet, and waits for one if there is none.
   *
   * @param timeoutMs how long to wait, in milliseconds
   * @throws {Error} if the page sends no value in that time
   */
  next(timeoutMs: number): Promise<unknown>;
}

export interface ReceivingChannel extends PageChannel {
  /** Appends a value that the page has sent. */
  receive(value: unknown): void;
}

export function createChannel(path: string): ReceivingChannel {
  const values: unknown[] = [];
  let wakeReader = (): void => {};
  return {
    path,
    receive(value) {
      values.push(value);
      wakeReader();
    },
    async next(timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      while (values.length === 0) {
        await new Promise<void>((resolve, reject) => {
          wakeReader = resolve;
          signal.addEventListener('abort', () => reject(new Error(`The page sent nothing for ${timeoutMs} ms.`)));
        });
      }
      return values.shift();
    },
  };
}
