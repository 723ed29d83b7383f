/**
 * State that all copies of this package in one realm share: two copies on one page share one current frame and one set
 * of patches. It is a property of the global object under a registered symbol.
 */

type SharedObjects = Record<string, unknown>;

/**
 * The number is the version of the layout of all shared objects, frames included. It must be raised whenever a
 * published layout changes, so that copies of different layouts do not share anything. Classic scripts built with
 * `@throughline/transform` read the same property.
 */
const SHARED = Symbol.for('throughline.1');

/**
 * Returns the object that all copies share under a name.
 * @param create creates the object; only the first copy calls it
 */
export function share<T>(name: string, create: () => T): T {
  const realm = globalThis as { [SHARED]?: SharedObjects };
  if (realm[SHARED] === undefined) Object.defineProperty(realm, SHARED, { value: Object.create(null) });
  const shared = realm[SHARED] as SharedObjects;
  shared[name] ??= create();
  return shared[name] as T;
}
