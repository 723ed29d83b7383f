/** The shop: users sign in, and each has a cart in the session. No function here is told whose. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestScope, logFields, session } from '@throughline/request';
import { write } from './request-log.js';
import { shopPage } from './shop-page.js';

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

export const goods = ['book', 'pen', 'lamp'] as const;

/** What a cart can hold. */
const MOST_ITEMS = 100;
const LONGEST_FORM = 1000;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._'-]{0,31}$/u;

/** Puts the signed in user into the scope, once, for every line of the log. */
export function knowUser(): void {
  const user = session<Shop>().get('user');
  if (user !== undefined) getRequestScope().userId = user;
}

export function showShop(response: ServerResponse): void {
  const { userId } = getRequestScope();
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src data:",
  });
  response.end(shopPage(userId, session<Shop>().get('cart') ?? [], goods));
}

/** The user and the cart, for programs. */
export function showCart(response: ServerResponse): void {
  const user = session<Shop>().get('user');
  if (user === undefined) {
    refuse(response, 401, 'Sign in first.');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify({ user, cart: session<Shop>().get('cart') ?? [] })}\n`);
}

export async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (await formOf(request)).get('user')?.trim() ?? '';
  if (!NAME.test(name)) return refuse(response, 400, "A name has 1 to 32 letters, digits, spaces or . _ - '");
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
  if (getRequestScope().userId === undefined) return refuse(response, 401, 'Sign in first.');
  const item = (await formOf(request)).get('item');
  if (!goods.some((one) => one === item) || item === null) return refuse(response, 400, `Choose ${goods.join(', ')}.`);
  // Made again where another request of this user was quicker, so neither loses its item.
  session<Shop>().update('cart', (cart = []) => [...cart, item].slice(-MOST_ITEMS));
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
  write(`${requestId}  ${userId}: ${message}`);
}

function seeShop(response: ServerResponse): void {
  response.writeHead(303, { location: '/shop' }).end();
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

/** A form that is too long has nothing in it. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    if (body.length <= LONGEST_FORM) body += chunk;
  }
  return new URLSearchParams(body.length > LONGEST_FORM ? '' : body);
}
