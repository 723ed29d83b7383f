/** The value that a read returns to the program, if the storage itself holds another one. */

let replacement: { readonly value: unknown } | undefined;

/** Reads a storage in place of which the program gets another value. */
export function readAs<T>(value: T, read: () => unknown): T {
  replacement = { value };
  try {
    read();
    return value;
  } finally {
    replacement = undefined;
  }
}

export function observedValue(value: unknown): unknown {
  return replacement === undefined ? value : replacement.value;
}
