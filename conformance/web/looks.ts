/**
 * What the platform's functions look like from outside. Patched and not, it must be the same.
 */

/** By path: name, length, source text and the properties of every function, getter and setter of every class. */
export function looks(): Map<string, string> {
  const found = new Map<string, string>();
  const look = (path: string, owner: object) => {
    for (const key of Reflect.ownKeys(owner)) {
      const property = Reflect.getOwnPropertyDescriptor(owner, key);
      for (const [kind, fn] of Object.entries(property ?? {})) {
        if (typeof fn !== 'function') continue;
        const { configurable, enumerable, writable } = property ?? {};
        const properties = Reflect.ownKeys(fn).map(String).join();
        const text = Function.prototype.toString.call(fn);
        found.set(
          `${path}.${String(key)} ${kind}`,
          [fn.name, fn.length, properties, text, configurable, enumerable, writable, isConstructor(fn)].join(' '),
        );
      }
    }
  };
  look('', globalThis);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = classOf(name);
    if (value === undefined) continue;
    look(name, value);
    look(`${name}.prototype`, value.prototype);
  }
  return found;
}

/** Patched, `Promise` is what an accessor gives. Other accessors of the page are not to be called for nothing. */
function classOf(name: string): { prototype: object } | undefined {
  const value = name === 'Promise' ? Promise : Reflect.getOwnPropertyDescriptor(globalThis, name)?.value;
  return typeof value === 'function' && typeof value.prototype === 'object' ? value : undefined;
}

function isConstructor(fn: object): boolean {
  try {
    Reflect.construct(Object, [], fn as new () => object);
    return true;
  } catch {
    return false;
  }
}

/** Every property of every class as it stands, to see whether it is the same again. */
export function stands(): Map<string, PropertyDescriptor> {
  const found = new Map<string, PropertyDescriptor>();
  const look = (path: string, owner: object) => {
    for (const key of Reflect.ownKeys(owner)) {
      const property = Reflect.getOwnPropertyDescriptor(owner, key);
      if (property !== undefined) found.set(`${path}.${String(key)}`, property);
    }
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = classOf(name);
    if (value === undefined) continue;
    found.set(name, { value });
    look(name, value);
    look(`${name}.prototype`, value.prototype);
  }
  return found;
}
