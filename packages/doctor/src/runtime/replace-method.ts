/** Replaces methods of the runtime, so that a program sees no difference. */
type Method = (...args: never[]) => unknown;

/**
 * Replaces a method with one of the same name, length and attributes.
 * @param wrap returns the new method
 */
export function replaceMethod<T extends object>(
  object: T,
  name: keyof T & string,
  wrap: (original: Method) => unknown,
): void {
  const original = object[name] as Method;
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  const method = wrap(original);
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(method, key, { value: original[key], configurable: true });
  }
  Object.defineProperty(object, name, { ...descriptor, value: method });
}
