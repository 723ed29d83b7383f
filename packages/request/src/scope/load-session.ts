/** Loads the session of a request into its scope. */
import type { Exchange } from './exchange.js';
import { OpenScope } from './request-scope.js';
import type { Sessions } from './session.js';

/**
 * Loads the session of a scope, unless an adapter that was mounted further out has already loaded it.
 * @returns a promise if the session must be loaded from a store, otherwise undefined
 */
export function loadSession(scope: OpenScope, exchange: Exchange, sessions: Sessions): Promise<void> | undefined {
  if (OpenScope.sessionOf(scope) !== undefined) return undefined;
  const opened = sessions.open(exchange);
  if (opened instanceof Promise) return opened.then((loaded) => OpenScope.setSession(scope, loaded));
  OpenScope.setSession(scope, opened);
  return undefined;
}
