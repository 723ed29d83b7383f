/**
 * Replaces properties of the platform with functions that look like the native ones to user code: they have the same
 * name, length, own properties and source text. A property that is missing or frozen is left alone and reported. A
 * property that another library has replaced before is wrapped like a native one. Every patch can be reverted.
 */

import { natives } from '../engine/natives.js';

/** The result of patching, as paths of properties such as `Element.prototype.append`. */
export interface PatchReport {
  /** The properties that are replaced. */
  readonly patched: readonly string[];
  /** The classes and functions that this platform does not have. */
  readonly missing: readonly string[];
  /** The properties that are frozen. They work as without Throughline, and their callbacks run in the root. */
  readonly refused: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: a function of the platform, with any parameters
export type NativeFunction = (this: any, ...args: any[]) => any;

/**
 * Runs in place of a native function, and returns its result.
 *
 * @param call calls the native function with the arguments in `args`, which the wrapper may modify
 * @param kind the kind that the table names for this member; '' if it names none
 */
export type CallWrapper = (call: () => unknown, self: unknown, args: unknown[], key: string, kind: string) => unknown;

export type ReplaceProperty = (native: PropertyDescriptor) => PropertyDescriptor | undefined;

/** The patches in force: the function that reverts each, and the path of its property. */
const patches = new Map<() => void, string>();
const missing = new Set<string>();
const refused = new Set<string>();

/** Reports the patches that are in force now. */
export function reportPatches(): PatchReport {
  return { patched: [...patches.values()], missing: [...missing], refused: [...refused] };
}

/** Reverts all patches, the last one first. */
export function revertPatches(): void {
  for (const revert of [...patches.keys()].reverse()) revert();
  missing.clear();
  refused.clear();
}

/**
 * Replaces an own property.
 *
 * @param path the name of the property in the report
 * @param replace returns the attributes that change, given the property's descriptor; undefined to leave the property
 * alone
 * @param restore returns the descriptor to which the property is reverted, given the one that it has now; by default
 * the same
 * @returns a function that reverts the patch; undefined if the property was not replaced
 */
export function patchProperty(
  owner: object | null | undefined,
  key: PropertyKey,
  path: string,
  replace: ReplaceProperty,
  restore?: (native: PropertyDescriptor) => PropertyDescriptor,
): (() => void) | undefined {
  const native = owner && Reflect.getOwnPropertyDescriptor(owner, key);
  if (!native) {
    missing.add(path);
    return undefined;
  }
  const replacement = replace(native);
  if (replacement === undefined) return undefined;
  // Attributes that the replacement does not mention keep their values.
  if (!Reflect.defineProperty(owner, key, replacement)) {
    refused.add(path);
    return undefined;
  }
  const revert = () => {
    patches.delete(revert);
    const latest = Reflect.getOwnPropertyDescriptor(owner, key);
    const { value, set, get = native.get } = replacement;
    // If someone re-patched the property after us, leave it: our wrapper is a no-op without a value.
    if (latest?.value === value && latest?.set === set && latest?.get === get)
      Reflect.defineProperty(owner, key, restore?.(native) ?? native);
  };
  patches.set(revert, path);
  return revert;
}

/**
 * Replaces an own property by an accessor, which keeps what is assigned to it. Reverting the patch leaves the property
 * with what was assigned last.
 *
 * @param read returns what user code reads from an object, given what the property holds
 * @param onAssign called after an assignment to the property itself
 */
export function observeProperty(
  owner: object,
  key: string,
  path: string,
  read: (self: object, value: unknown) => unknown,
  onAssign?: (value: unknown) => void,
): (() => void) | undefined {
  let latest: unknown;
  return patchProperty(
    owner,
    key,
    path,
    ({ value, get }) => {
      // Another tool may observe the property too.
      latest = get === undefined ? value : Reflect.apply(get, owner, []);
      return {
        get(this: object): unknown {
          return read(this, latest);
        },
        set(this: object, value: unknown): void {
          if (this === owner) {
            latest = value;
            onAssign?.(value);
          } else {
            // As without an accessor, the object gets a property of its own.
            Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
          }
        },
      };
    },
    // A library may have assigned one of our functions again.
    (native) => (native.get === undefined ? { ...native, value: natives.get(latest as object) ?? latest } : native),
  );
}

/**
 * Replaces a property of the object at a path, or of the object on its prototype chain that has the property: functions
 * of a `window` are its own, those of a worker's global object are inherited.
 *
 * @param path the owner's path from the global object; '' for the global object itself
 */
export function patchMember(path: string, key: string, replace: ReplaceProperty): void {
  const owner = findOwner(path === '' ? globalThis : resolvePath(path), key);
  patchProperty(owner, key, path === '' ? key : `${path}.${key}`, replace);
}

/** Returns the object on a prototype chain that has a property, if there is one. */
export function findOwner(object: object | null | undefined, key: PropertyKey): object | null | undefined {
  return !object || Object.hasOwn(object, key) ? object : findOwner(Reflect.getPrototypeOf(object), key);
}

/** Replaces a method or function, or the setter of an accessor property. */
export function patchMethod<F extends NativeFunction>(
  path: string,
  key: string,
  make: (native: F) => NativeFunction,
): void {
  patchMember(path, key, replaceFunction(make));
}

/** Returns a function for `patchProperty` that replaces a method or function, or the setter of an accessor property. */
export function replaceFunction<F extends NativeFunction>(make: (native: F) => NativeFunction): ReplaceProperty {
  return ({ value, set }) => {
    const native: unknown = value ?? set;
    if (typeof native !== 'function') return undefined;
    const replacement = disguise(make(native as F), native);
    return set ? { set: replacement } : { value: replacement };
  };
}

/** Replaces a method, a function or a setter with one that calls a wrapper. */
export function wrapCall(path: string, key: string, wrapper: CallWrapper, kind = ''): void {
  patchMethod(
    path,
    key,
    (native) =>
      // A method, unlike a function, is not a constructor.
      ({
        call(this: unknown, ...args: unknown[]): unknown {
          return wrapper(() => Reflect.apply(native, this, args), this, args, key, kind);
        },
      }).call,
  );
}

/** Wraps the members in a table of `platform-patterns.ts`, whose format is described there. */
export function wrapMembers(table: string, wrapper: CallWrapper): void {
  for (const row of table.split(',')) {
    const [kind, ...classes] = row.split(' ');
    const members = new RegExp(`^(${classes.pop()})`);
    for (const className of classes) {
      forEachMember(className, (path, key) => {
        if (members.test(key)) wrapCall(path, key, wrapper, kind);
      });
    }
  }
}

/** Visits the enumerable static members of a class, and those of its prototype. */
export function forEachMember(className: string, visit: (path: string, key: string) => void): void {
  if (resolvePath(className) === undefined) missing.add(className);
  // zone.js keeps a class that it has replaced under this name.
  const original = `__zone_symbol__${className}`;
  const owner = original in globalThis ? original : className;
  for (const path of [owner, `${owner}.prototype`]) {
    for (const key of Object.keys(resolvePath(path) ?? {})) visit(path, key);
  }
}

/**
 * Replaces a constructor of the platform.
 *
 * @param wrapper receives a function that calls the native constructor, and its arguments, which it may modify, and
 * returns the new object
 */
export function wrapConstructor(
  className: string,
  wrapper: (construct: () => object, args: unknown[]) => object,
): void {
  const [key = '', path = ''] = className.split('.').reverse();
  patchMember(path, key, ({ value }) => {
    if (typeof value !== 'function') return undefined;
    const wrapped = new Proxy(value, {
      construct: (native, args, newTarget) => wrapper(() => Reflect.construct(native, args, newTarget), args),
    });
    if (value.prototype?.constructor === value) {
      patchProperty(value.prototype, 'constructor', `${className}.prototype.constructor`, () => ({ value: wrapped }));
    }
    natives.set(wrapped, value);
    return { value: wrapped };
  });
}

/** Replaces an alias of a method that is replaced already. */
export function patchAlias(path: string, key: string, alias: symbol): void {
  const owner = resolvePath(path) as Record<string, object> | undefined;
  const method = owner?.[key];
  patchProperty(owner, alias, `${path}.${String(alias)}`, ({ value }) =>
    value === natives.get(method as object) ? { value: method } : undefined,
  );
}

/** Gives a function the properties and the source text of the native function that it replaces, and returns it. */
export function disguise<F extends object>(fn: F, native: object): F {
  natives.set(fn, natives.get(native) ?? native);
  return Object.defineProperties(fn, Object.getOwnPropertyDescriptors(native));
}

/** Makes patched functions pass for native ones in libraries that check their source text. */
export function patchFunctionToString(): void {
  patchMethod(
    'Function.prototype',
    'toString',
    (native) =>
      ({
        toString(this: object): string {
          return native.call(natives.get(this) ?? this);
        },
      }).toString,
  );
}

/** Returns the object at a path from the global object; undefined if a part of the path is missing. */
function resolvePath(path: string): object | undefined {
  let found: unknown = globalThis;
  for (const name of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[name];
  return Object(found) === found ? (found as object) : undefined;
}
