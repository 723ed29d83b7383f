/**
 * The request scope in which received work runs. `@throughline/request` puts a function on the global object that opens
 * one, so that neither package imports the other; without that package, there is none.
 */

/** The function that opens a scope: see open-scope.ts of `@throughline/request`. */
const OPEN = Symbol.for('@throughline/request.open-scope.1');

/** The fields of a scope for received work. */
export interface ScopeFields {
  /** Default: a random UUID. */
  id?: string | undefined;
  /** Such as the kind of the message: 'JOB'. Default: an empty string. */
  method?: string | undefined;
  /** Such as the name of the queue. Default: an empty string. */
  path?: string | undefined;
}

/** Opens a scope, and calls a function in it. */
export type OpenScope = <R>(fields: ScopeFields, signal: (() => AbortSignal) | undefined, fn: () => R) => R;

/** Returns the function that opens a scope, if the package for it is in the process. */
export function scopeOpener(): OpenScope | undefined {
  return (globalThis as { [OPEN]?: OpenScope })[OPEN];
}
