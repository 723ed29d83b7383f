/** The routes `POST /session/...`, the same in every application: each works on the session of the current request. */
import { session } from '@throughline/request';
import type { Recorder } from '../battery/recorded-reads.js';

interface Visit {
  items: string[];
}

/** Signs the session cookies. A test can sign a cookie with it too. */
export const SECRET = 'the secret of programs that a test starts';

/**
 * @param action the last segment of the path: `sign-in` (the body is the name of the user), `add` (the body is an
 * item), `show` or `sign-out`
 * @param record called with the checkpoint `loaded` before `add` reads the body, so that a client can hold several
 * requests there
 * @param readText reads the body of the request
 * @returns the content of the session afterwards, as JSON
 */
export async function handleSessionRoute(
  action: string,
  record: Recorder,
  readText: () => Promise<string>,
): Promise<string> {
  const visit = session<Visit>();
  switch (action) {
    case 'sign-in':
      await visit.regenerate({ user: await readText() });
      break;
    case 'add': {
      record('loaded');
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
      throw new Error(`Unknown action ${action}: use sign-in, add, show or sign-out.`);
  }
  return JSON.stringify({ user: visit.user ?? null, items: visit.get('items') ?? [] });
}
