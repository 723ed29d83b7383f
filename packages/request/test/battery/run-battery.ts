/** Runs the losses that a framework has as tests of `node:test`: each on its own, then all of them at once. */
import { describe, it } from 'node:test';
import type { RequestScopeOptions } from '@throughline/request';
import { type RunningServer, withServer } from '../http/server.js';
import { type Loss, type LossName, losses } from './cases.js';

const CONCURRENT = 50;
const TIMEOUT_MS = 60_000;

/**
 * @param start starts a server with the routes that `losses.ts` names, its adapter mounted with these options, which JSON
 * can carry; the server is closed when the tests are over
 * @param names what the framework has
 */
export function testLosses(
  framework: string,
  start: (options: RequestScopeOptions) => Promise<RunningServer>,
  names: readonly LossName[],
): void {
  describe(`${framework} keeps the scope`, () => {
    for (const name of names) {
      const loss: Loss = losses[name];
      it(name, { timeout: TIMEOUT_MS }, () => withServer(start(loss.options), (server) => loss.drive(server)));
    }

    it('all of it at once', { timeout: TIMEOUT_MS }, async () => {
      const options: RequestScopeOptions = { trustRequestId: true };
      const concurrent = names.map((name): Loss => losses[name]).filter((loss) => isSame(loss.options, options));
      await withServer(start(options), (server) =>
        Promise.all(
          Array.from({ length: Math.max(CONCURRENT, concurrent.length) }, (_, index) =>
            concurrent[index % concurrent.length]?.drive(server),
          ),
        ),
      );
    });
  });
}

function isSame(one: RequestScopeOptions, other: RequestScopeOptions): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
