/** Loads the session of a request into its scope. */
import type { Exchange } from './exchange.js';
import { isPromise } from './is-promise.js';
import { Scope } from './request-scope.js';
import type { Sessions } from './session.js';

/**
 * Loads the session of a scope, unless an adapter that was mounted further out has already loaded it.
 * @returns a promise if the session must be loaded from a store, otherwise undefined
 */
export function loadSession(scope: Scope, exchange: Exchange, sessions: Sessions): Promise<void> | undefined {
  if (Scope.sessionOf(scope) !== undefined) return undefined;
  const opened = sessions.open(exchange);
  // The application may have its own `open`, which returns the promise of a library.
  if (isPromise(opened)) return Promise.resolve(opened).then((loaded) => Scope.setSession(scope, loaded));
  Scope.setSession(scope, opened);
  return undefined;
}
