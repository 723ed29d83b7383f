/**
 * The assertions of the cases. They have the names of `node:assert`, which is missing in browsers and which not every
 * runtime implements in full.
 */

/**
 * Asserts that two values are the same by `Object.is()`, or are arrays of the same length whose items are.
 * @param label names the value in the error message
 * @throws {Error} if the values differ
 */
export function equal(actual: unknown, expected: unknown, label = 'value'): void {
  if (Object.is(actual, expected)) return;
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length === expected.length && actual.every((item, index) => Object.is(item, expected[index]))) return;
  }
  throw new Error(`${label}: expected ${format(expected)}, got ${format(actual)}`);
}

/**
 * Asserts that `fn` throws an error with all `expected` properties.
 * @throws {Error} if `fn` returns, or throws an error with other properties
 */
export function throws(fn: () => unknown, expected: { name: string; code?: string; message?: string }): void {
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    for (const [property, value] of Object.entries(expected)) {
      equal((error as Record<string, unknown>)[property], value, `the ${property} of the error`);
    }
    return;
  }
  throw new Error(`expected a ${expected.name}, got ${format(result)}`);
}

function format(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(format).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
