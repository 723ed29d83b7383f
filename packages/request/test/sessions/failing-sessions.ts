/** Sessions that cannot be loaded, and sessions that cannot be saved, for the adapters that respond to these errors. */
import { RequestError, type Sessions } from '@throughline/request';
import { emptySession } from './empty-session.js';
import type { PrepareHeaders } from './exchange-types.js';

export function storeDownError(): RequestError {
  return new RequestError('ERR_SESSION_STORE', 'the store is down');
}

/** Loading the session fails. */
export const unloadableSessions: Sessions = { open: () => Promise.reject(storeDownError()) };

/** Loading an empty session succeeds, and saving it fails. */
export const unsavableSessions: Sessions = sessionsWith(() => Promise.reject(storeDownError()));

/**
 * Empty sessions, and a function that is called before the response headers are sent, as for a session that is saved.
 */
export function sessionsWith(prepare: PrepareHeaders): Sessions {
  return {
    open(exchange) {
      exchange.beforeHeaders(prepare);
      return emptySession();
    },
  };
}
