/** Patches `Function.prototype.toString()` of a realm to return the text of a function as its author wrote it. */
import { withoutInsertedText } from './inserted-text.js';

// biome-ignore lint/complexity/noBannedTypes: the prototype of all functions of a realm
type FunctionPrototype = Function;

/** The methods that take the place of a native one, with the text of that one. */
const nativeTexts = new WeakMap<object, string>();

/**
 * Replaces the method of a realm.
 * @param prototype `Function.prototype` of this realm
 */
export function hideInsertedText(prototype: FunctionPrototype): void {
  const native = prototype.toString;
  if (nativeTexts.has(native)) return;
  // A method of an object literal has no `prototype` and is no constructor, as the native one.
  const replacement = {
    toString(this: unknown): string {
      const text: string = Reflect.apply(native, this, []);
      return nativeTexts.get(this as object) ?? withoutInsertedText(text);
    },
  }.toString;
  nativeTexts.set(replacement, Reflect.apply(native, native, []));
  Object.defineProperty(prototype, 'toString', {
    value: replacement,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
