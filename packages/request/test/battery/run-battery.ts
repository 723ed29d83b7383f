/** Registers the cases of the battery as tests of `node:test`: each one separately, then all of them concurrently. */
import { describe, it } from 'node:test';
import type { RequestScopeOptions } from '@throughline/request';
import { type RunningServer, withServer } from '../http/server.js';
import { type BatteryCase, batteryCases, type CaseName } from './cases.js';

const CONCURRENT_CASES = 50;
const TIMEOUT_MS = 60_000;

/**
 * @param framework the name in the titles of the tests
 * @param start starts a server with the routes in `cases.ts`, whose adapter is mounted with the given options, which
 * JSON can represent; the server is closed when a test is over
 * @param names the cases that the framework supports
 */
export function runBattery(
  framework: string,
  start: (options: RequestScopeOptions) => Promise<RunningServer>,
  names: readonly CaseName[],
): void {
  describe(`request scope in ${framework}`, () => {
    for (const name of names) {
      const { options, run }: BatteryCase = batteryCases[name];
      it(name, { timeout: TIMEOUT_MS }, () => withServer(start(options), run));
    }

    it('all cases concurrently', { timeout: TIMEOUT_MS }, async () => {
      const options: RequestScopeOptions = { trustRequestId: true };
      const cases = names
        .map((name): BatteryCase => batteryCases[name])
        .filter((one) => one.runsAlone !== true && haveSameOptions(one.options, options));
      await withServer(start(options), (server) =>
        Promise.all(
          Array.from({ length: Math.max(CONCURRENT_CASES, cases.length) }, (_, index) =>
            cases[index % cases.length]?.run(server),
          ),
        ),
      );
    });
  });
}

function haveSameOptions(one: RequestScopeOptions, other: RequestScopeOptions): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
