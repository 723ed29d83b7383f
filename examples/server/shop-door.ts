/**
 * The door of the server with a shop: each request gets its scope and its session here. The servers of the comparison have
 * no such door and load none of this, because a storage that nobody asked for would be measured with the others.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RequestError, type Sessions, tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { addToCart, knowUser, refuse, showCart, showShop, signIn, signOut } from './shop.js';

export interface Door {
  /** The listener for the server, given what is to run in a scope. */
  letIn(listener: RequestListener): RequestListener;
  /** Who is signed in, wherever this is called in a request. */
  user(): string | undefined;
  /** Gives false where the request is for something else. */
  route(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export function shopDoor(session: Sessions): Door {
  return {
    letIn: (listener) =>
      requestScope(
        (request, response) => {
          knowUser();
          listener(request, response);
        },
        // The server asks itself in the middle of its work and hands on the id; nobody but this machine reaches it.
        { session, trustRequestId: true },
      ),
    user: () => tryGetRequestScope()?.userId,
    route: (request, response) =>
      route(request, response).catch((error: unknown) => {
        // The store is away, or the user has signed out in another window.
        if (!(error instanceof RequestError)) throw error;
        refuse(response, error.status, error.message);
        return true;
      }),
  };
}

async function route(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /shop':
      showShop(response);
      return true;
    case 'GET /cart':
      showCart(response);
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
