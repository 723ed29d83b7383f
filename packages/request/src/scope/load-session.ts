import type { Exchange } from './exchange.js';
import { OpenScope } from './request-scope.js';
import type { Sessions } from './session.js';

/**
 * Loads the session of a scope.
 * @returns undefined where nothing had to be waited for
 */
export function loadSession(scope: OpenScope, exchange: Exchange, sessions: Sessions): Promise<void> | undefined {
  // Another adapter, mounted further out, has loaded it.
  if (OpenScope.sessionOf(scope) !== undefined) return undefined;
  const opened = sessions.open(exchange);
  if (opened instanceof Promise) return opened.then((loaded) => OpenScope.setSession(scope, loaded));
  OpenScope.setSession(scope, opened);
  return undefined;
}
