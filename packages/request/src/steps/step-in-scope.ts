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

/** The property of a function that already continues in the scope. All copies of this package see it. */
const isHeldKey = Symbol.for('@throughline/request.isHeld');

interface Held {
  [isHeldKey]?: true;
}

/** Whether a function was marked by `markHeld()`, by any copy of this package. */
export function isHeld(fn: object): boolean {
  return (fn as Held)[isHeldKey] === true;
}

/** Marks a function, so that it is not wrapped again. */
export function markHeld<F extends object>(fn: F): F {
  return Object.defineProperty(fn, isHeldKey, { value: true });
}
