/** The value that the program gets from a read, if the storage that is read has another one. */

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
