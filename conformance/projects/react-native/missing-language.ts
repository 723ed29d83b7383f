/**
 * The parts of the language that libraries use and the virtual machine of Hermes 0.12 lacks. The engine of the current
 * React Native has them: see docs/react-native.md.
 */

/** `Array.prototype.at` and its like. */
function at(this: ArrayLike<unknown>, position: number): unknown {
  const index = Math.trunc(position) || 0;
  return this[index < 0 ? index + this.length : index];
}

for (const prototype of [Array.prototype, String.prototype, Reflect.getPrototypeOf(Uint8Array.prototype) as object]) {
  if (!('at' in prototype)) Object.defineProperty(prototype, 'at', { value: at, writable: true, configurable: true });
}

if (!Reflect.has(Symbol, 'asyncIterator')) {
  Object.defineProperty(Symbol, 'asyncIterator', { value: Symbol('Symbol.asyncIterator') });
}

if (!Reflect.has(Promise, 'allSettled')) {
  const settle = (value: unknown) =>
    Promise.resolve(value).then(
      (result) => ({ status: 'fulfilled', value: result }),
      (reason: unknown) => ({ status: 'rejected', reason }),
    );
  const allSettled = (values: Iterable<unknown>) => Promise.all(Array.from(values, settle));
  Object.defineProperty(Promise, 'allSettled', { value: allSettled, writable: true, configurable: true });
}
