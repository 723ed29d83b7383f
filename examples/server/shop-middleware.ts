/**
 * The door of the server with a shop: each request gets its scope and its session here. The servers of the comparison have
 * no such door and load none of this, because a storage that nobody asked for would be measured with the others.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RequestError, type Sessions, tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { addToCart, sendCart, sendErrorPage, sendShop, setScopeUser, signIn, signOut } from './shop-handlers.js';

export interface ShopMiddleware {
  /** The listener for the server, given what is to run in a scope. */
  wrapListener(listener: RequestListener): RequestListener;
  /** Who is signed in, wherever this is called in a request. */
  currentUser(): string | undefined;
  /** Gives false where the request is for something else. */
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
        // The server asks itself in the middle of its work and hands on the id; nobody but this machine reaches it.
        { session, trustRequestId: true },
      ),
    currentUser: () => tryGetRequestScope()?.userId,
    route: (request, response) =>
      route(request, response).catch((error: unknown) => {
        // The store is away, or the user has signed out in another window.
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
