/**
 * `session()` is the session of the current request, wherever it is kept: by the sessions that the adapter was given, or
 * by a session middleware that the application has already.
 */
import { RequestError } from '../errors.js';
import { getRequestScope, OpenScope } from '../scope/request-scope.js';
import type { Session } from '../scope/session.js';
import { frameworkSession } from './framework-session.js';

/**
 * The session of the current request.
 * @throws ERR_NO_REQUEST_SCOPE outside of a request; ERR_NO_SESSION where the adapter was given no sessions
 * @example
 * interface Shop { user: string; cart: string[] }
 * session<Shop>().set('user', 'ada');
 */
export function session<T extends object = Record<string, unknown>>(): Session<T> {
  // Every scope is one: nothing else is put into the storage.
  const scope = getRequestScope() as OpenScope;
  let found = OpenScope.sessionOf(scope);
  if (found === undefined) {
    found = frameworkSession(OpenScope.exchangeOf(scope));
    if (found === undefined) {
      throw new RequestError(
        'ERR_NO_SESSION',
        'This request has no session. Give the adapter one: requestScope({ session: sessions({ secret }) }), with ' +
          'sessions from @throughline/request/sessions. A session middleware of the framework (express-session, ' +
          '@fastify/session) serves too, but must have run by now.',
      );
    }
    OpenScope.setSession(scope, found);
  }
  // What is stored has the types that the application gives it.
  return found as Session<T>;
}
