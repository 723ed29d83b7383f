/** An empty session that belongs to no request, for tests that bring their own `Sessions`. */
import type { Session } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import type { Exchange } from './exchange-types.js';
import { SECRET } from './session-server.js';

/** An exchange that ignores all callbacks of the session. */
const detachedExchange: Exchange = {
  method: 'GET',
  url: '/',
  header: () => undefined,
  isSecure: false,
  headersSent: false,
  beforeHeaders: () => {},
  onClientGone: () => {},
  onClose: () => {},
  frameworkSession: undefined,
};

export async function emptySession(): Promise<Session> {
  return sessions({ secret: SECRET, store: new Map() }).open(detachedExchange);
}
