/**
 * The work of `GET /lookup`, the route whose rate is measured. The handler reads the user from a header, looks up two
 * things, and responds with a little JSON. The first lookup resolves immediately, the second after an immediate. After
 * each lookup the handler needs the request's id and user: they are arguments if the framework is alone, and otherwise
 * come from the context.
 */
import { setImmediate as immediate } from 'node:timers/promises';

/** `isLost` comes last, because rate-clients.ts recognizes a response by its end. */
export interface LookupResult {
  readonly id: string;
  readonly user: string;
  readonly items: number;
  /** Whether the context held another request's values, or none. */
  readonly isLost: boolean;
}

/** Reads the values of the current request: from the request scope, or from the peer's storage. */
export interface RequestContext {
  id(): string | undefined;
  user(): string | undefined;
}

let requestCount = 0;

/** Makes an id at the lowest possible cost, for variants that do not make one themselves. */
export function nextRequestId(): string {
  requestCount++;
  return `request-${requestCount}`;
}

/** The work with the values as arguments. */
export async function lookUpWithArguments(id: string, user: string): Promise<LookupResult> {
  let isLost = false;
  const rank = await rankOf(user);
  if (id === '' || user === '') isLost = true;
  const items = rank + (await itemsOf(user));
  if (id === '' || user === '') isLost = true;
  return { id, user, items, isLost };
}

/**
 * The work with the values from the context.
 * @param sentUser the user as an argument, which is only compared with the context's
 */
export async function lookUpInContext(context: RequestContext, sentUser: string): Promise<LookupResult> {
  let isLost = false;
  const id = context.id() ?? '';
  const rank = await rankOf(sentUser);
  if (context.id() !== id || context.user() !== sentUser) isLost = true;
  const items = rank + (await itemsOf(sentUser));
  if (context.id() !== id || context.user() !== sentUser) isLost = true;
  return { id, user: context.user() ?? '', items, isLost };
}

async function rankOf(user: string): Promise<number> {
  return user.length;
}

/** The immediate stands in for the response of a database. */
async function itemsOf(user: string): Promise<number> {
  await immediate();
  return user.length;
}
