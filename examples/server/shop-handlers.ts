/** The shop: users sign in, and each has a cart in the session. No function here is told whose. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestScope, logFields, session } from '@throughline/request';
import { writeLogLine } from './request-log.js';
import { renderErrorPage, renderShopPage } from './shop-page.js';

declare module '@throughline/request' {
  interface RequestScope {
    /** Who is signed in. */
    userId?: string;
  }
}

interface Shop {
  user: string;
  cart: string[];
}

export const products = ['book', 'pen', 'lamp'] as const;

/** What a cart can hold. */
export const MAX_CART_ITEMS = 100;
/** Characters. */
export const MAX_FORM_LENGTH = 1000;
const TOO_LONG = `The form is too long: it may have ${MAX_FORM_LENGTH} characters.`;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._'-]{0,31}$/u;

/** Puts the signed in user into the scope, once, for every line of the log. */
export function setScopeUser(): void {
  const user = session<Shop>().get('user');
  if (user !== undefined) getRequestScope().userId = user;
}

export function sendShop(response: ServerResponse): void {
  const { userId } = getRequestScope();
  sendPage(response, 200, renderShopPage(userId, session<Shop>().get('cart') ?? [], products));
}

/** The user and the cart, for programs. */
export function sendCart(response: ServerResponse): void {
  const user = session<Shop>().get('user');
  if (user === undefined) {
    response.writeHead(401, { 'content-type': 'text/plain' }).end('Sign in first.\n');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify({ user, cart: session<Shop>().get('cart') ?? [] })}\n`);
}

export async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await formOf(request);
  if (form === undefined) return sendErrorPage(response, 413, TOO_LONG);
  const name = form.get('user')?.trim() ?? '';
  if (!NAME.test(name)) return sendErrorPage(response, 400, "A name has 1 to 32 letters, digits, spaces or . _ - '");
  const own = session<Shop>();
  // What another user has left in this browser is not for this one.
  if (own.get('user') !== undefined) await own.destroy();
  own.set('user', name);
  // Whoever knew the id before knows nothing now.
  await own.regenerate();
  getRequestScope().userId = name;
  logLine('signed in');
  seeShop(response);
}

export async function addToCart(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (getRequestScope().userId === undefined) return sendErrorPage(response, 401, 'Sign in first.');
  const form = await formOf(request);
  if (form === undefined) return sendErrorPage(response, 413, TOO_LONG);
  const item = form.get('item');
  if (!products.some((one) => one === item) || item === null)
    return sendErrorPage(response, 400, `Choose ${products.join(', ')}.`);
  const own = session<Shop>();
  let isFull = false;
  // Made again where another request of this user was quicker, so neither loses its item; what it said last holds.
  own.update('cart', (cart = []) => {
    isFull = cart.length >= MAX_CART_ITEMS;
    return isFull ? cart : [...cart, item];
  });
  await own.save();
  if (isFull) {
    logLine(`could not put a ${item} into the full cart`);
    return sendErrorPage(
      response,
      409,
      `The cart is full: it holds ${MAX_CART_ITEMS} things. Sign out to begin another.`,
    );
  }
  logLine(`put a ${item} into the cart`);
  seeShop(response);
}

export async function signOut(response: ServerResponse): Promise<void> {
  await session().destroy();
  logLine('signed out');
  seeShop(response);
}

function logLine(message: string): void {
  const { requestId, userId = '-' } = logFields();
  writeLogLine(`${requestId}  ${userId}: ${message}`);
}

function seeShop(response: ServerResponse): void {
  response.writeHead(303, { location: '/shop' }).end();
}

/** Answers a form with a page that says why nothing was done. */
export function sendErrorPage(response: ServerResponse, status: number, why: string): void {
  sendPage(response, status, renderErrorPage(why));
}

function sendPage(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src data:",
  });
  response.end(page);
}

/** Undefined where the form is too long: it is read to its end, so that the client hears the answer, and not kept. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    if (body.length <= MAX_FORM_LENGTH) body += chunk;
  }
  return body.length > MAX_FORM_LENGTH ? undefined : new URLSearchParams(body);
}
