/** What a case may assert. No runtime has a module for it that all have, so here it is. */

/** Throws unless the two are the same value, as `Object.is` says, or lists whose items are. */
export function equal(actual: unknown, expected: unknown, what = 'value'): void {
  if (Object.is(actual, expected)) return;
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length === expected.length && actual.every((item, index) => Object.is(item, expected[index]))) return;
  }
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Throws unless `fn` throws an error that has all these properties. */
export function throws(fn: () => unknown, expected: { name: string; code?: string; message?: string }): void {
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    for (const [property, value] of Object.entries(expected)) {
      equal((error as Record<string, unknown>)[property], value, `the error's ${property}`);
    }
    return;
  }
  throw new Error(`expected a ${expected.name}, got ${show(result)}`);
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
