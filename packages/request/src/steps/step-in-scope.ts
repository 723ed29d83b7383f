/**
 * Holds a request in its scope at the steps that a framework takes for it.
 *
 * A step is a call that a framework makes for one request: of a middleware, a hook, a handler, or of the function `next`
 * with which such code returns control. The code before a step may have returned control from anywhere: a pool calls
 * all queries back from one loop, an emitter calls the listeners of many requests. The current frame then belongs to
 * another request, or to none.
 *
 *     request A ──▶ scope A ──▶ middleware ──▶ pool ┄┄┐
 *     request B ──▶ scope B ──▶ middleware ──▶ pool ┄┄┤ calls back: scope B, or none, is current
 *                                                     ▼
 *                             next() of A ──▶ step in scope A ──▶ handler of A
 *                             next() of B ──▶ step in scope B ──▶ handler of B
 *
 * Only the scope is set; the other storages keep the values of the frame that was left behind, as with Node's own
 * class. Restoring the last frame of the request as a whole was rejected: a middleware that is called back from
 * elsewhere and then continues with `user.run(loaded, next)` has set this value in exactly that frame, and would lose
 * it. What such a frame holds is known only to the application, which binds the callback if it needs more than the
 * scope.
 *
 * If the scope is current already, as it nearly always is, a step costs one comparison.
 */
import { LAYOUT } from '../scope/layout.js';
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';

/** A function with which user code returns control to a framework. */
export type Next<R = unknown> = (first?: unknown, second?: unknown) => R;

/**
 * Wraps the function with which a step returns control, so that it continues in the scope.
 * @param owner an object of the request; the scope is looked up when the function is called, because it may be created
 * in between
 */
export function nextInScope<R>(owner: object, next: Next<R>): Next<R> {
  return (first, second) => {
    const scope = scopeOf(owner);
    return scope === undefined || scopeStorage.getStore() === scope
      ? next(first, second)
      : scopeStorage.run(scope, next, first, second);
  };
}

/**
 * Makes a native promise of any other thenable, whose reactions would run wherever its library settles it. The reactions
 * of a native promise run in the frame in which the framework adds them.
 */
export function adoptThenable(result: unknown): unknown {
  if (result instanceof Promise || typeof result !== 'object' || result === null) return result;
  return 'then' in result && typeof result.then === 'function'
    ? Promise.resolve(result as unknown as PromiseLike<unknown>)
    : result;
}

/** The property of a function that already continues in the scope. All copies of this layout see it. */
const isHeldKey = Symbol.for(`@throughline/request.isHeld.${LAYOUT}`);

interface Held {
  [isHeldKey]?: true;
}

/** Whether a function, or an object whose functions are wrapped, was marked by `markHeld()` of any copy of this layout. */
export function isHeld(value: object): boolean {
  return (value as Held)[isHeldKey] === true;
}

/** Marks a function, or an object whose functions are wrapped, so that it is not wrapped again. */
export function markHeld<F extends object>(value: F): F {
  return Object.defineProperty(value, isHeldKey, { value: true });
}

/** Wraps each function of an array in place, unless it is held. */
export function holdEach<F extends (...args: never[]) => unknown>(functions: unknown[], hold: (fn: F) => F): void {
  for (const [index, fn] of functions.entries()) {
    if (typeof fn === 'function' && !isHeld(fn)) functions[index] = markHeld(hold(fn as F));
  }
}

/** Wraps a method that an object has itself or inherits, where it is defined, unless it is held. */
export function holdMethod<F extends (...args: never[]) => unknown>(
  object: object,
  name: string,
  hold: (method: F) => F,
): void {
  const owner = ownerOf(object, name);
  const method = owner?.[name];
  if (owner !== undefined && typeof method === 'function' && !isHeld(method)) {
    owner[name] = markHeld(hold(method as F));
  }
}

/** Returns the object on the prototype chain that has this property itself. */
function ownerOf(object: object, name: string): Record<string, unknown> | undefined {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  return (owner ?? undefined) as Record<string, unknown> | undefined;
}
