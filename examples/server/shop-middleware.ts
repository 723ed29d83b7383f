/**
 * Adds the shop to the server: each request gets its scope and its session here. The servers of the comparison do not
 * load this module, because the storages behind scopes and sessions would be measured along with the others.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RequestError, type Sessions, tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { addToCart, sendCart, sendErrorPage, sendShop, setScopeUser, signIn, signOut } from './shop-handlers.js';

export interface ShopMiddleware {
  /** @returns a listener that runs the given one in a request scope */
  wrapListener(listener: RequestListener): RequestListener;
  /** @returns the signed-in user of the current request; undefined if none is signed in, or outside of a request */
  currentUser(): string | undefined;
  /** @returns false, without a response, if the request is not for the shop */
  route(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export function createShopMiddleware(session: Sessions): ShopMiddleware {
  return {
    wrapListener: (listener) =>
      requestScope(
        (request, response) => {
          setScopeUser();
          listener(request, response);
        },
        // The server sends requests to itself and passes the id on. Only this machine can connect, so the id is
        // trusted.
        { session, trustRequestId: true },
      ),
    currentUser: () => tryGetRequestScope()?.userId,
    route: (request, response) =>
      route(request, response).catch((error: unknown) => {
        // A RequestError reports that the store is unreachable, or that the user has signed out in another window.
        if (!(error instanceof RequestError)) throw error;
        sendErrorPage(response, error.status, error.message);
        return true;
      }),
  };
}

async function route(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /shop':
      sendShop(response);
      return true;
    case 'GET /cart':
      sendCart(response);
      return true;
    case 'POST /sign-in':
      await signIn(request, response);
      return true;
    case 'POST /cart':
      await addToCart(request, response);
      return true;
    case 'POST /sign-out':
      await signOut(response);
      return true;
    default:
      return false;
  }
}
