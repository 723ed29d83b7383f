/**
 * Snapshots of the classes and functions of the platform. Taken in a page before and after `install()`, they show which
 * properties were replaced, and whether the replacements look like the native functions.
 */

/**
 * Describes every function, getter and setter of every class, and of the global object, as user code can inspect it.
 *
 * @returns name, length, own properties, source text and attributes of each function, by its path and the attribute of
 * the property descriptor that holds it: `Element.prototype.innerHTML set`
 */
export function describeFunctions(): Map<string, string> {
  const descriptions = new Map<string, string>();
  for (const [path, owner] of platformObjects()) {
    for (const key of Reflect.ownKeys(owner)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
      for (const [attribute, fn] of Object.entries(descriptor ?? {})) {
        if (typeof fn !== 'function') continue;
        const { configurable, enumerable, writable } = descriptor ?? {};
        const properties = Reflect.ownKeys(fn).map(String).join();
        const text = Function.prototype.toString.call(fn);
        descriptions.set(
          `${path}.${String(key)} ${attribute}`,
          [fn.name, fn.length, properties, text, configurable, enumerable, writable, isConstructor(fn)].join(' '),
        );
      }
    }
  }
  return descriptions;
}

/** Returns the property descriptors of every class and of the global object, by path: `Element.prototype.innerHTML`. */
export function snapshotProperties(): Map<string, PropertyDescriptor> {
  const descriptors = new Map<string, PropertyDescriptor>();
  for (const [path, owner] of platformObjects()) {
    for (const key of Reflect.ownKeys(owner)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
      if (descriptor !== undefined) descriptors.set(path === '' ? String(key) : `${path}.${String(key)}`, descriptor);
    }
  }
  return descriptors;
}

/** Returns the paths of the properties whose value, getter or setter differs from that in an earlier snapshot. */
export function findChangedProperties(before: ReadonlyMap<string, PropertyDescriptor>): string[] {
  const changed: string[] = [];
  for (const [path, { value, get, set }] of snapshotProperties()) {
    const previous = before.get(path);
    if (previous === undefined) continue;
    if (!Object.is(previous.value, value) || previous.get !== get || previous.set !== set) changed.push(path);
  }
  return changed;
}

/** Yields the global object and the namespace `WebAssembly`, and each class and its prototype. */
function* platformObjects(): Generator<[path: string, owner: object]> {
  yield ['', globalThis];
  yield ['WebAssembly', WebAssembly];
  for (const [prefix, owner] of [
    ['', globalThis],
    ['WebAssembly.', WebAssembly],
  ] as const) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      const value = findClass(owner, name);
      if (value === undefined) continue;
      yield [prefix + name, value];
      // `Image` and `Audio` have the prototypes of other classes.
      if (value.prototype.constructor === value) yield [`${prefix}${name}.prototype`, value.prototype];
    }
  }
  // Has no class. Its methods are those of the iterators.
  const iterator = ReadableStream.prototype.values && new ReadableStream().values();
  if (iterator) yield ['ReadableStreamAsyncIterator.prototype', Object.getPrototypeOf(iterator)];
}

/** Accessors of the global object are not read, since they have side effects, except `Promise`, which is our own. */
function findClass(owner: object, name: string): { prototype: object } | undefined {
  const value = name === 'Promise' ? Promise : Reflect.getOwnPropertyDescriptor(owner, name)?.value;
  return typeof value === 'function' && Object(value.prototype) === value.prototype ? value : undefined;
}

function isConstructor(fn: object): boolean {
  try {
    Reflect.construct(Object, [], fn as new () => object);
    return true;
  } catch {
    return false;
  }
}
