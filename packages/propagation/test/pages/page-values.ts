/** The value that the pages and workers of the tests declare. */
import { Propagated } from '@throughline/propagation';

export const user = new Propagated<string>('user');

/** What a worker or a frame reads for a message. */
export interface PageReading {
  readonly message: unknown;
  readonly user: string | undefined;
}

/** Reads the value where a message arrives, and again after an `await`. */
export async function readUser(message: unknown): Promise<PageReading> {
  const before = user.get();
  await new Promise((resolve) => setTimeout(resolve, 1));
  return { message, user: before === user.get() ? before : 'changed' };
}
