/** The id that a request is known by: the one it brings along where that is trusted and safe, else a new one. */

const SAFE = /^[\w.:@/+=-]{1,128}$/;

/** Letters, digits and `_ . : @ / + = -`, at most 128 of them: nothing that could end a header or a line of a log. */
export function isSafeRequestId(id: string): boolean {
  return SAFE.test(id);
}

/** @returns what a request brings as its id, if it is a safe one */
export function safeRequestId(brought: unknown): string | undefined {
  return typeof brought === 'string' && isSafeRequestId(brought) ? brought : undefined;
}

// On Node the global is a getter.
const { crypto } = globalThis;

export function newRequestId(): string {
  return crypto.randomUUID();
}
