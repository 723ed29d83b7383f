/**
 * What the handler of a light route does: it is told the user by a header, looks up two things, the first of which is at
 * hand and the second not, and answers with a little JSON. After each it needs the request's id and user: by hand, as
 * arguments, or from the context.
 */
import { setImmediate as immediate } from 'node:timers/promises';

export interface LightAnswer {
  readonly id: string;
  readonly user: string;
  readonly items: number;
  /** Whether the context had another request's values, or none. */
  readonly isLost: boolean;
}

/** The values of the current request. */
export interface Context {
  id(): string | undefined;
  user(): string | undefined;
}

let requests = 0;

/** As cheap as an id can be, for those that make none themselves. */
export function newId(): string {
  requests++;
  return `request-${requests}`;
}

export async function lightByHand(id: string, user: string): Promise<LightAnswer> {
  let isLost = false;
  const rank = await rankOf(user);
  if (id === '' || user === '') isLost = true;
  const items = rank + (await itemsOf(user));
  if (id === '' || user === '') isLost = true;
  return { id, user, items, isLost };
}

/** @param sent the user by hand, only to see whether the context is right */
export async function lightIn(context: Context, sent: string): Promise<LightAnswer> {
  let isLost = false;
  const id = context.id() ?? '';
  const rank = await rankOf(sent);
  if (context.id() !== id || context.user() !== sent) isLost = true;
  const items = rank + (await itemsOf(sent));
  if (context.id() !== id || context.user() !== sent) isLost = true;
  return { id, user: context.user() ?? '', items, isLost };
}

async function rankOf(user: string): Promise<number> {
  return user.length;
}

/** An immediate stands for the answer of a database. */
async function itemsOf(user: string): Promise<number> {
  await immediate();
  return user.length;
}
