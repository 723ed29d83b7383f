/** The id that a request is known by: the one it brings along where that is trusted and safe, else a new one. */

const SAFE = /^[\w.:@/+=-]{1,128}$/;

/** Letters, digits and `_ . : @ / + = -`, at most 128 of them: nothing that could end a header or a line of a log. */
export function isSafeRequestId(id: string): boolean {
  return SAFE.test(id);
}

// On Node the global is a getter.
const { crypto } = globalThis;

export function newRequestId(): string {
  return crypto.randomUUID();
}
