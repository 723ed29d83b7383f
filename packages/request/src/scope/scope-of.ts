/** Records which scope an object of a request belongs to: the request itself, its response, a socket, an event. */
import { LAYOUT } from './layout.js';
import type { Scope } from './request-scope.js';

/** The property of an object that holds the scope of its request. All copies of this layout see it. */
export const scopeKey = Symbol.for(`@throughline/request.scope.${LAYOUT}`);

export interface Scoped {
  [scopeKey]?: Scope;
}

/** Returns the scope of the request that an object belongs to, or undefined. */
export function scopeOf(object: object): Scope | undefined {
  return (object as Scoped)[scopeKey];
}

/** Records the scope of the request that an object belongs to. */
export function setScopeOf(object: object, scope: Scope): void {
  (object as Scoped)[scopeKey] = scope;
}
