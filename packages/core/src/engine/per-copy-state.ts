/**
 * The `share` of engines whose frames the runtime carries. There each copy of this package has its own storage in the
 * runtime, so copies share nothing.
 * @returns what `create` returns
 */
export function share<T>(_name: string, create: () => T): T {
  return create();
}
