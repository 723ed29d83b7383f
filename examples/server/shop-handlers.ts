/**
 * The handlers of the shop: users sign in, and each has a cart in the session. No function receives the user or the
 * cart.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestScope, logFields, session } from '@throughline/request';
import { pageHeaders } from './page-template.js';
import { writeLogLine } from './request-log.js';
import { renderCartPage, renderErrorPage, renderSignInPage } from './shop-page.js';

declare module '@throughline/request' {
  interface RequestScope {
    /** The signed-in user. */
    userId?: string;
  }
}

interface ShopSession {
  cart: string[];
}

export const products = ['book', 'pen', 'lamp'] as const;

export const MAX_CART_ITEMS = 100;
/** In characters. */
export const MAX_FORM_LENGTH = 1000;
const FORM_TOO_LONG = `The form is too long: it may have at most ${MAX_FORM_LENGTH} characters.`;
const INVALID_NAME = "A name has 1 to 32 letters, digits, spaces or . _ - ' and begins with a letter or digit.";
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._'-]{0,31}$/u;

/** Copies the signed-in user from the session to the scope, where every log line reads it. */
export function setScopeUser(): void {
  const { user } = session();
  if (user !== undefined) getRequestScope().userId = user;
}

export function sendShop(response: ServerResponse): void {
  const { userId } = getRequestScope();
  const cart = session<ShopSession>().get('cart') ?? [];
  sendPage(response, 200, userId === undefined ? renderSignInPage() : renderCartPage(userId, cart, products));
}

/** Sends the user and the cart as JSON, for programs. */
export function sendCart(response: ServerResponse): void {
  const { user } = session<ShopSession>();
  if (user === undefined) {
    response.writeHead(401, { 'content-type': 'text/plain' }).end('Sign in first.\n');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify({ user, cart: session<ShopSession>().get('cart') ?? [] })}\n`);
}

export async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request);
  if (form === undefined) return sendErrorPage(response, 413, FORM_TOO_LONG);
  const name = form.get('user')?.trim() ?? '';
  if (!NAME.test(name)) {
    // The form is shown again, with the name to correct.
    return sendPage(response, 400, renderSignInPage({ name, problem: INVALID_NAME }));
  }
  // A new id makes the old one worthless to anyone who may have learned it before the sign-in (session fixation). If
  // another user of this browser was signed in, the cart of that user is dropped.
  await session().regenerate({ user: name });
  getRequestScope().userId = name;
  logShopEvent('signed in');
  redirectToShop(response);
}

export async function addToCart(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (getRequestScope().userId === undefined) return sendErrorPage(response, 401, 'Sign in first.');
  const form = await readForm(request);
  if (form === undefined) return sendErrorPage(response, 413, FORM_TOO_LONG);
  const item = form.get('item');
  if (!products.some((product) => product === item) || item === null) {
    return sendErrorPage(response, 400, `Unknown product. Choose one of: ${products.join(', ')}.`);
  }
  const currentSession = session<ShopSession>();
  let isFull = false;
  // If another request of this user saves first, the update runs again on the new cart. Neither request loses its item,
  // and `isFull` holds the result of the last run.
  currentSession.update('cart', (cart = []) => {
    isFull = cart.length >= MAX_CART_ITEMS;
    return isFull ? cart : [...cart, item];
  });
  await currentSession.save();
  if (isFull) {
    logShopEvent(`could not add a ${item}, because the cart is full`);
    return sendErrorPage(
      response,
      409,
      `The cart is full: it holds at most ${MAX_CART_ITEMS} items. Sign out to start a new one.`,
    );
  }
  logShopEvent(`added a ${item} to the cart`);
  redirectToShop(response);
}

export async function signOut(response: ServerResponse): Promise<void> {
  await session().destroy();
  logShopEvent('signed out');
  redirectToShop(response);
}

function logShopEvent(message: string): void {
  const { requestId, userId = '-' } = logFields();
  writeLogLine(`${requestId}`, `${userId}`, message);
}

function redirectToShop(response: ServerResponse): void {
  response.writeHead(303, { location: '/shop' }).end();
}

/** Sends a page that states why the request failed. */
export function sendErrorPage(response: ServerResponse, status: number, reason: string): void {
  sendPage(response, status, renderErrorPage(reason));
}

function sendPage(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders);
  response.end(page);
}

/**
 * Reads the form in the body of a request.
 * @returns undefined if the form is too long: its rest is read, so that the client gets the response, but not stored
 */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    if (body.length <= MAX_FORM_LENGTH) body += chunk;
  }
  return body.length > MAX_FORM_LENGTH ? undefined : new URLSearchParams(body);
}
