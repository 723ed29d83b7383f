/** Whether a value is an object as the language defines it: anything that can have own properties. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
