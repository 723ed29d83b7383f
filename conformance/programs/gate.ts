/** A promise that any flow may await and any flow may settle. */
export interface Gate {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export function createGate(): Gate {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<unknown>((onFulfilled, onRejected) => {
    resolve = onFulfilled;
    reject = onRejected;
  });
  // A rejection is not an unhandled one if no flow awaits the gate.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
