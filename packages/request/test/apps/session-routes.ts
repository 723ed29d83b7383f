/** What the routes `POST /session/...` do, the same in every program: they find their user's session by themselves. */

import { session } from '@throughline/request';
import type { Note } from '../battery/recorded-reads.js';

interface Visit {
  user: string;
  items: string[];
}

/** Signs the cookies of the programs: whoever drives them can sign one as well. */
export const SECRET = 'the secret of programs that a test starts';

/**
 * @param step the end of the path: `sign-in` as the user of the body, `add` the item of the body, `show` or `sign-out`
 * @param note told `loaded` before the body of `add` is read, so that a client can have several wait there
 * @param readText reads the request's body
 * @returns what the session has then, as JSON
 */
export async function sessionStep(step: string, note: Note, readText: () => Promise<string>): Promise<string> {
  const visit = session<Visit>();
  switch (step) {
    case 'sign-in': {
      const user = await readText();
      await visit.regenerate();
      visit.set('user', user);
      break;
    }
    case 'add': {
      note('loaded');
      const item = await readText();
      visit.update('items', (items = []) => [...items, item]);
      break;
    }
    case 'show':
      break;
    case 'sign-out':
      await visit.destroy();
      break;
    default:
      throw new Error(`There is no step ${step}: send sign-in, add, show or sign-out.`);
  }
  return JSON.stringify({ user: visit.get('user') ?? null, items: visit.get('items') ?? [] });
}
