/**
 * The shape that most cases of a server's APIs have: the same work is started in two flows and in none, in one breath,
 * so that it is under way three times at once. Wherever one of its callbacks runs, it must find the value that its own
 * flow was started with, and the work that was started in no flow must find none.
 */
import type { Implementation } from './case.js';
import { equal } from './expect.js';

/** Called from a callback, compares what is seen there with the flow's own value. */
export type Look = (where: string) => void;

/** Throws unless every `look` of `work` sees its own flow's value, and something looked at all. */
export async function eachFlow(
  { AsyncLocalStorage }: Pick<Implementation, 'AsyncLocalStorage'>,
  work: (look: Look) => unknown,
): Promise<void> {
  const storage = new AsyncLocalStorage<string>();
  const flow = async (own: string | undefined): Promise<void> => {
    const looks: string[] = [];
    const wrong: string[] = [];
    await work((where) => {
      const seen = storage.getStore();
      looks.push(where);
      if (seen !== own) wrong.push(`${where}: expected ${own}, got ${seen}`);
    });
    equal(wrong.join('; '), '', 'what is seen');
    if (looks.length === 0) throw new Error('no callback was called');
  };
  // All three are waited for, so that none is still at work when the case ends.
  const ends = await Promise.allSettled([storage.run('a', flow, 'a'), flow(undefined), storage.run('b', flow, 'b')]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  equal(storage.getStore(), undefined, 'what is seen outside');
}

/** Throws unless the callback that `start` hands on is called in the frame of `start`. An error given to it is thrown. */
export function eachCall(
  implementation: Pick<Implementation, 'AsyncLocalStorage'>,
  start: (callback: (error?: unknown) => void) => unknown,
): Promise<void> {
  return eachFlow(
    implementation,
    (look) =>
      new Promise<void>((resolve, reject) => {
        start((error) => {
          look('the callback');
          if (error instanceof Error) reject(error);
          else resolve();
        });
      }),
  );
}
