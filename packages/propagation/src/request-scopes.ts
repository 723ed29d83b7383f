/**
 * The request scope in which received work runs, and the deadline of the current request. `@throughline/request` puts two
 * functions on the global object, so that neither package imports the other; without that package, there are none. See
 * request-scope.ts there.
 */
import type { Deadline } from './shared-state.js';

const OPEN = Symbol.for('@throughline/request.open-scope.1');
const READ_DEADLINE = Symbol.for('@throughline/request.read-deadline.1');

/** The fields of a scope for received work. */
export interface ScopeFields {
  /** As that of a request: an unsafe id is replaced. Default: a random UUID. */
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

/** Returns the deadline of the current request: the option `deadline` of `requestScope()`. */
export function deadlineOfRequest(): Deadline | undefined {
  return (globalThis as { [READ_DEADLINE]?: () => Deadline | undefined })[READ_DEADLINE]?.();
}
