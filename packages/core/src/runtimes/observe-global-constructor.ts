import { wrapConstructor } from '../web/patch.js';

/** Calls `onConstruct` with every object that a constructor of the global object makes, if there is such a constructor. */
export function observeGlobalConstructor(name: string, onConstruct: (object: object) => void): void {
  const descriptor = Reflect.getOwnPropertyDescriptor(globalThis, name);
  // Deno loads some classes when they are first read, and replaces the accessor with the class.
  if (descriptor?.get !== undefined && descriptor.configurable) {
    Reflect.defineProperty(globalThis, name, {
      value: Reflect.get(globalThis, name),
      writable: true,
      enumerable: descriptor.enumerable ?? false,
      configurable: true,
    });
  }
  wrapConstructor(name, (construct) => {
    const object = construct();
    onConstruct(object);
    return object;
  });
}
