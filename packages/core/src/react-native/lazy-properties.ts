/**
 * React Native defines most properties of the global object when they are first read, and its index loads each module
 * when the export is read. The patches keep that: a property is patched when it is read.
 *
 * What is loaded then is evaluated in the root, not in the frame of the flow that happens to be the first to need it: all
 * flows share the module, and what it schedules and awaits belongs to none of them.
 */
import reactNative from 'react-native';
import { runInFrame } from '../engine/current.js';
import { isObject } from '../is-object.js';
import { patchProperty } from '../web/patch.js';

/** Reads a property in the root. */
export function readInRoot(owner: object, key: string): unknown {
  return runInFrame(undefined, Reflect.get, undefined, [owner, key]);
}

/**
 * Patches a property of the global object: when it is first read if it is defined then, and now if it is defined already.
 *
 * @param patch patches the property, which has a value by then
 */
export function patchGlobalWhenRead(name: string, patch: () => void): void {
  const native = Reflect.getOwnPropertyDescriptor(globalThis, name);
  if (native?.get === undefined) {
    patch();
    return;
  }
  const revert = patchProperty(globalThis, name, name, ({ set }) => ({
    get(): unknown {
      revert?.();
      // The accessor of React Native replaces itself by the value.
      const value = readInRoot(globalThis, name);
      if (Reflect.getOwnPropertyDescriptor(globalThis, name)?.get === undefined) patch();
      return Reflect.get(globalThis, name) ?? value;
    },
    set(value: unknown): void {
      revert?.();
      if (set !== undefined) Reflect.apply(set, globalThis, [value]);
      if (Reflect.getOwnPropertyDescriptor(globalThis, name)?.get === undefined) patch();
    },
  }));
}

/** What user code reads in place of an export, given what React Native exports. */
type ReplaceExport = (exported: unknown) => unknown;

const replacements = new Map<string, ReplaceExport>();

/** Replaces an export for the code that reads the index of React Native. The modules of React Native do not read it. */
export function replaceExport(name: string, replace: ReplaceExport): void {
  replacements.set(name, replace);
}

/**
 * Patches an object that React Native exports, when the export is first read.
 *
 * @param patch patches the object; called once for each object
 */
export function patchExport(name: string, patch: (exported: object) => void): void {
  let latest: unknown;
  replaceExport(name, (exported) => {
    if (exported !== latest && isObject(exported)) {
      latest = exported;
      patch(exported);
    }
    return exported;
  });
}

/** Puts the replacements in place of the exports, and evaluates the modules of all exports in the root. */
export function patchExports(): void {
  // A mock that is marked as an ES module can lack the default export.
  if (!isObject(reactNative)) return;
  for (const name of Object.getOwnPropertyNames(reactNative)) {
    const replace = replacements.get(name);
    const revert = patchProperty(reactNative, name, `react-native.${name}`, ({ get: native }) => {
      // A property with a value is a mock of the application's tests, or a function that needs no module.
      if (native === undefined) return undefined;
      return {
        get(): unknown {
          const exported = runInFrame(undefined, native, reactNative);
          if (replace !== undefined) return replace(exported);
          // The module has been evaluated, and a component is read for each of its elements.
          revert?.();
          return exported;
        },
      };
    });
  }
}
