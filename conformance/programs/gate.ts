/** A promise that any flow may await, and any other settle. */
export interface Gate {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export function makeGate(): Gate {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<unknown>((onFulfilled, onRejected) => {
    resolve = onFulfilled;
    reject = onRejected;
  });
  // Perhaps nobody awaits it.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
