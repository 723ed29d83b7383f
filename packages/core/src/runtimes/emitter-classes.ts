/**
 * Patches classes of event emitters when the first of their objects gets a listener, so that no module is loaded before
 * the program uses it. The constructors of HTTP/2 sessions and streams add the first listener themselves.
 */
import { type Method, overrideMethod } from './override-method.js';

export interface EmitterClass {
  readonly patch: (prototype: object) => void;
  /** Called when an object of the class gets a listener. */
  readonly observe?: (emitter: object) => void;
  /** Whether a class of this name is the runtime's own. Default: yes, because user code has no class of this name. */
  readonly isBuiltIn?: (prototype: object) => boolean;
}

/** @param classes the classes, by name */
export function patchEmitterClasses(classes: Readonly<Record<string, EmitterClass>>): void {
  const knownClasses = new WeakMap<object, EmitterClass | undefined>();

  const findClass = (prototype: object): EmitterClass | undefined => {
    const name = classNameOf(prototype);
    const found = name !== undefined && Object.hasOwn(classes, name) ? classes[name] : undefined;
    if (found === undefined || found.isBuiltIn?.(prototype) === false) return undefined;
    found.patch(prototype);
    return found;
  };
  const observe = (emitter: object) => {
    const prototype = Reflect.getPrototypeOf(emitter);
    if (prototype === null) return;
    if (!knownClasses.has(prototype)) knownClasses.set(prototype, findClass(prototype));
    knownClasses.get(prototype)?.observe?.(emitter);
  };

  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const events = process?.getBuiltinModule?.('node:events') as { EventEmitter?: { prototype: object } } | undefined;
  let on: Method | undefined;
  // Both are the same function, and remain so.
  for (const name of ['on', 'addListener']) {
    overrideMethod(events?.EventEmitter?.prototype, name, (native) => {
      on ??= function (...args) {
        observe(this);
        return Reflect.apply(native, this, args);
      };
      return on;
    });
  }
}

/** Reads no accessor, which could be user code. */
function classNameOf(prototype: object): string | undefined {
  const classFunction: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof classFunction !== 'function') return undefined;
  const name: unknown = Reflect.getOwnPropertyDescriptor(classFunction, 'name')?.value;
  return typeof name === 'string' ? name : undefined;
}
