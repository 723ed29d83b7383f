/** An empty session that belongs to no request, for tests that bring their own `Sessions`. */
import type { Session, Sessions } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { SECRET } from './session-server.js';

export type Exchange = Parameters<Sessions['open']>[0];

export type PrepareHeaders = Parameters<Exchange['beforeHeaders']>[0];

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
