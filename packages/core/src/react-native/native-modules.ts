/**
 * Rule 3, for native modules: a callback that is passed to a method runs in the frame of the call. A promise that a method
 * returns needs no patch.
 *
 * Only the modules that are read from the index of React Native are wrapped. React Native's own modules share queues of
 * calls: whichever flow empties such a queue, the callbacks run in the root.
 *
 * A module can also have functions that register a listener for events of the native side. Listeners run in the root, and
 * registering one captures nothing. Functions that remove a listener receive the same function.
 */
import { isObject } from '../is-object.js';
import { disguise, type NativeFunction } from '../web/patch.js';
import { bindForNative } from './bind-always.js';
import { replaceExport } from './lazy-properties.js';

/** The name of a function that React Native makes of an event emitter of a native module. */
const EVENT_EMITTER = 'BridgedFunction';

/**
 * The names of methods that register or remove a listener, by convention. Where a name leaves it open, the function is taken
 * for a listener: in the frame of its registration, it would read the values of another flow.
 */
const TAKES_LISTENER =
  /^(?:on|once|off)(?![a-z])|^(?:un)?(?:listen|observe|subscribe|watch)|[cC]allback|[hH]andler|[lL]istener|[oO]bserver/;

/** The substitute of each module, and of the objects that have the modules as properties. */
const substitutes = new WeakMap<object, object>();
/** The object of each substitute. */
const originals = new WeakMap<object, object>();
/** The wrapper of each method. */
const wrappers = new WeakMap<object, NativeFunction>();

/** Patches `NativeModules` and `TurboModuleRegistry`. */
export function patchNativeModules(): void {
  replaceExport('NativeModules', (modules) => substitute(modules, substituteModule));
  replaceExport('TurboModuleRegistry', (registry) => substitute(registry, substituteResult));
}

/** Returns a function that returns the substitute of the module that another function returns. */
function substituteResult(find: unknown): unknown {
  if (typeof find !== 'function') return find;
  return wrapOnce(find, (self, args) => substituteModule(Reflect.apply(find, self, args)));
}

function substituteModule(module: unknown): unknown {
  return substitute(module, wrapMethod);
}

/**
 * Returns an object that reads its properties from another one, which can be an object of the native side.
 *
 * @param read returns what user code reads, given the value of a property
 */
function substitute(object: unknown, read: (value: unknown, key: PropertyKey) => unknown): unknown {
  if (!isObject(object) || typeof object === 'function') return object;
  let proxy = substitutes.get(object);
  if (proxy === undefined) {
    // The target is another object: a proxy of an object of the native side would have to return the same values.
    proxy = new Proxy(Object.create(Reflect.getPrototypeOf(object)) as object, {
      get: (_, key) => read(Reflect.get(object, key), key),
      set: (_, key, value) => Reflect.set(object, key, value),
      has: (_, key) => Reflect.has(object, key),
      deleteProperty: (_, key) => Reflect.deleteProperty(object, key),
      ownKeys: () => Reflect.ownKeys(object),
      getOwnPropertyDescriptor(_, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
        return (
          descriptor && {
            value: read(Reflect.get(object, key), key),
            writable: true,
            configurable: true,
            enumerable: true,
          }
        );
      },
      defineProperty: (_, key, descriptor) => Reflect.defineProperty(object, key, descriptor),
      // Otherwise, the target would have to have the properties of the object.
      preventExtensions: () => false,
    });
    substitutes.set(object, proxy);
    substitutes.set(proxy, proxy);
    originals.set(proxy, object);
  }
  return proxy;
}

function wrapMethod(method: unknown, key: PropertyKey): unknown {
  if (typeof method !== 'function' || method.name === EVENT_EMITTER || TAKES_LISTENER.test(String(key))) return method;
  return wrapOnce(method, (self, args) => Reflect.apply(method, self, args.map(bindForNative)));
}

/** @param call calls the method on the object that it belongs to */
function wrapOnce(method: object, call: (self: unknown, args: unknown[]) => unknown): NativeFunction {
  let wrapper = wrappers.get(method);
  if (wrapper === undefined) {
    wrapper = disguise(
      {
        call(this: unknown, ...args: unknown[]): unknown {
          return call(originals.get(this as object) ?? this, args);
        },
      }.call,
      method,
    );
    wrappers.set(method, wrapper);
  }
  return wrapper;
}
