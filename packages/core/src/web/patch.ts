/**
 * Replaces what a platform has, so that nobody can tell: the new function keeps the old one's name, length, properties and
 * source text. What is missing or cannot be replaced stays as it is and is reported; what somebody else has replaced
 * already is wrapped like the platform's own. All of it can be taken back.
 */

/** What the patches did, by the name of each function, property or handler. */
export interface PatchReport {
  /** What follows the flow now. */
  readonly patched: readonly string[];
  /** What this platform does not have. */
  readonly missing: readonly string[];
  /** What is frozen, and works as before without following the flow. */
  readonly refused: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: a function of the platform, of whatever parameters
export type Native = (this: any, ...args: any[]) => any;

/** Stands around a call of the platform's function, and makes it. The arguments are its own to change. */
export type Around = (native: Native, self: unknown, args: unknown[], key: string) => unknown;

const report = { patched: [] as string[], missing: [] as string[], refused: [] as string[] };
const undo: (() => void)[] = [];
/** For each function of ours, the one that it stands for. */
const natives = new WeakMap<object, object>();

export const patchReport: PatchReport = report;

/** What is called `path`, from the global object on; undefined where any part of it is missing. */
export function find(path: string): object | undefined {
  let found: unknown = globalThis;
  for (const name of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[name];
  return Object(found) === found ? (found as object) : undefined;
}

/**
 * Replaces one property; `make` is given what stands there, and gives the new value or accessors.
 * @returns what takes it back; undefined where nothing was replaced
 */
export function patchProperty(
  owner: object | undefined,
  key: PropertyKey,
  name: string,
  make: (native: PropertyDescriptor) => PropertyDescriptor,
): (() => void) | undefined {
  const native = owner === undefined ? undefined : Reflect.getOwnPropertyDescriptor(owner, key);
  if (owner === undefined || native === undefined) {
    report.missing.push(name);
    return undefined;
  }
  const made = make(native);
  const { configurable = false, enumerable = false, writable = false } = native;
  const replaced = { configurable, enumerable, ...('value' in made && { writable }), ...made };
  if (!Reflect.defineProperty(owner, key, replaced)) {
    report.refused.push(name);
    return undefined;
  }
  report.patched.push(name);
  const back = () => {
    const now = Reflect.getOwnPropertyDescriptor(owner, key);
    // Whoever has patched it after us calls ours, which does nothing while no value is set.
    if (now?.value === made.value && now?.get === made.get) Reflect.defineProperty(owner, key, native);
  };
  undo.push(back);
  return back;
}

/**
 * Replaces a method or function, or what a property with accessors calls when it is assigned to. `path` names the owner from
 * the global object on, '' the global object itself.
 */
export function patchMethod<F extends Native>(path: string, key: string, make: (native: F) => Native): void {
  const owner = path === '' ? globalThis : find(path);
  patchProperty(ownerOf(owner, key), key, path === '' ? key : `${path}.${key}`, (property) => {
    const native: unknown = property.value ?? property.set;
    if (typeof native !== 'function') return property;
    const made = disguised(make(native as F), native);
    return property.set === undefined ? { value: made } : { ...property, set: made };
  });
}

/** Puts `around` around every call of it. */
export function patchCall(path: string, key: string, around: Around): void {
  patchMethod(
    path,
    key,
    (native) =>
      ({
        call(this: unknown, ...args: unknown[]): unknown {
          return around(native, this, args, key);
        },
      }).call,
  );
}

/** Visits all static and other members of these classes, their names with blanks between, whose own names match. */
export function eachMember(classes: string, members: RegExp, visit: (path: string, key: string) => void): void {
  for (const name of classes.split(' ')) {
    if (find(name) === undefined) report.missing.push(name);
    for (const path of [name, `${name}.prototype`]) {
      for (const key of Object.keys(find(path) ?? {})) if (members.test(key)) visit(path, key);
    }
  }
}

/** Puts `around` around every call of all these members. */
export function patchCalls(classes: string, members: RegExp, around: Around): void {
  eachMember(classes, members, (path, key) => patchCall(path, key, around));
}

/** Lets `made` see every object that a constructor of the platform makes. */
export function patchConstructor(name: string, made: (object: object) => void): void {
  patchProperty(globalThis, name, name, ({ value }) => {
    if (typeof value !== 'function') return { value };
    const observed = new Proxy(value, {
      construct(native, args, newTarget) {
        const object: object = Reflect.construct(native, args, newTarget);
        made(object);
        return object;
      },
    });
    if (value.prototype?.constructor === value) {
      patchProperty(value.prototype, 'constructor', `${name}.prototype.constructor`, () => ({ value: observed }));
    }
    natives.set(observed, value);
    return { value: observed };
  });
}

/** Where on the prototype chain the property stands: a `window`'s functions may stand on it or on its prototype. */
export function ownerOf(owner: object | undefined, key: string): object | undefined {
  let found: object | null | undefined = owner;
  while (found && !Object.hasOwn(found, key)) found = Reflect.getPrototypeOf(found);
  return found ?? undefined;
}

/** Gives a function the looks of the one that it stands for. */
export function disguised<F extends object>(fn: F, native: object): F {
  for (const key of Reflect.ownKeys(native)) {
    const property = Reflect.getOwnPropertyDescriptor(native, key);
    if (property !== undefined) Reflect.defineProperty(fn, key, property);
  }
  natives.set(fn, natives.get(native) ?? native);
  return fn;
}

/** Source texts are read by libraries that ask whether a function is the platform's own. */
export function patchSourceText(): void {
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

/** Takes all of it back. */
export function unpatch(): void {
  for (const back of undo.reverse()) back();
  undo.length = 0;
  for (const list of Object.values(report)) list.length = 0;
}
