/**
 * `session()`: the session of the current request. It is kept either by the `sessions()` that were passed to the
 * adapter, or by a session middleware of the framework, such as `express-session`, that the application already uses.
 */
import { RequestError } from '../errors.js';
import { getRequestScope, Scope } from '../scope/request-scope.js';
import type { Session, SessionValues } from '../scope/session.js';
import { wrapFrameworkSession } from './framework-session.js';

/**
 * Returns the session of the current request.
 * @returns the session; nothing is stored until something is written to it
 * @throws {RequestError} `ERR_NO_REQUEST_SCOPE` outside of a request
 * @throws {RequestError} `ERR_NO_SESSION` if no sessions were passed to the adapter and no session middleware has run
 * @example
 * import { createServer } from 'node:http';
 * import { session } from '@throughline/request';
 * import { requestScope } from '@throughline/request/http';
 * import { sessions } from '@throughline/request/sessions';
 *
 * const secret = crypto.randomUUID();
 * const listener = (request, response) => {
 *   const visits = (session().get('visits') ?? 0) + 1;
 *   session().set('visits', visits);
 *   response.end(`visit ${visits}\n`);
 * };
 * createServer(requestScope(listener, { session: sessions({ secret }) })).listen(8080);
 * // curl localhost:8080 prints: visit 1
 * @example
 * // TypeScript: the type of the values
 * import { session } from '@throughline/request';
 * import { sessions } from '@throughline/request/sessions';
 * import { requestScope } from '@throughline/request/web';
 *
 * interface Shop {
 *   user: string;
 *   cart: string[];
 * }
 * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
 * const handle = requestScope(() => {
 *   session<Shop>().set('cart', ['book']);
 *   return new Response(session<Shop>().get('cart')?.join());
 * }, options);
 * const response = await handle(new Request('http://localhost/'));
 * console.log(await response.text()); // book
 */
export function session<T extends object = SessionValues>(): Session<T> {
  // Every scope is a Scope, because nothing else is put into the storage.
  const scope = getRequestScope() as Scope;
  let current = Scope.sessionOf(scope);
  if (current === undefined) {
    current = wrapFrameworkSession(Scope.exchangeOf(scope));
    if (current === undefined) {
      throw new RequestError(
        'ERR_NO_SESSION',
        'This request has no session. Pass sessions to the adapter: requestScope({ session: sessions({ secret }) }), with ' +
          'sessions from @throughline/request/sessions. A session middleware of the framework (express-session, ' +
          '@fastify/session) serves as well if it runs before this call.',
      );
    }
    Scope.setSession(scope, current);
  }
  // The application declares the types of the values that it stores.
  return current as Session<object> as Session<T>;
}
