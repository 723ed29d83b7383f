/**
 * Deno loads its implementation of Node's modules when a program first uses it, which takes 15 ms. Deno reports this in a
 * property of an internal object. Observing the property keeps the patches of Node's modules from loading them.
 */
const LOADED = '__nodeProcessBootstrapped';

/**
 * Calls a function once Deno has loaded what all of Node's modules have in common: now, or in a microtask, because the
 * modules cannot be used before they are evaluated.
 */
export function onceNodeLayerIsLoaded(fn: () => void): void {
  const { Deno } = globalThis as { Deno?: Record<PropertyKey, unknown> };
  const internals = Deno?.[Deno.internal as symbol] as Record<string, unknown> | undefined;
  if (internals === undefined || internals[LOADED] === true) {
    fn();
    return;
  }
  let value = internals[LOADED];
  const isObserved = Reflect.defineProperty(internals, LOADED, {
    get: () => value,
    set(loaded: unknown) {
      const isFirst = value !== true && loaded === true;
      value = loaded;
      if (isFirst) queueMicrotask(fn);
    },
    enumerable: true,
    configurable: true,
  });
  if (!isObserved) fn();
}
