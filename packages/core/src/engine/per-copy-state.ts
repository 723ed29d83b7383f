/**
 * Where the runtime carries the frames, each copy of this package has a slot of its own in it, and shares nothing.
 * @returns what `make` makes
 */
export function share<T>(_name: string, make: () => T): T {
  return make();
}
