import { disguise } from '../web/patch.js';

export type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Replaces a method for one object, or for the instances of one class, even if they inherit it. The new method has the
 * name, the length and the attributes of the native one. Nothing happens if there is no such method, or if it is frozen.
 */
export function overrideMethod(owner: object | undefined, name: string, make: (native: Method) => Method): void {
  let holder: object | null = owner ?? null;
  while (holder !== null && !Object.hasOwn(holder, name)) holder = Reflect.getPrototypeOf(holder);
  const descriptor = holder === null ? undefined : Reflect.getOwnPropertyDescriptor(holder, name);
  const native: unknown = descriptor?.value;
  if (owner === undefined || typeof native !== 'function') return;
  Reflect.defineProperty(owner, name, { ...descriptor, value: disguise(make(native as Method), native) });
}
