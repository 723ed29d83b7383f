/** Loads a server from another process. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SampleBudget } from '../../suite/sample-budget.js';
import { LostValueError } from '../../workloads/flow-values.js';
import type { LoadReport } from './http-load-program.js';

/** Reason phrase of the response to a request whose values were lost. */
export const LOST_VALUE_REASON = 'Lost value';
const LOAD_PROGRAM = fileURLToPath(new URL('./http-load-program.js', import.meta.url));

/**
 * @param port where the server listens, on the loopback interface
 * @returns the requests per second, after the warm-up
 * @throws {LostValueError} if a response has this reason phrase
 */
export async function loadServer(port: number, budget: SampleBudget): Promise<number> {
  const args = [String(port), String(budget.loadWarmUpMs), String(budget.loadMs)];
  // The process must not load what this one was started with, such as throughline/register.
  const load = fork(LOAD_PROGRAM, args, { execArgv: [] });
  try {
    const report = await new Promise<LoadReport>((resolve, reject) => {
      load.on('message', resolve);
      load.on('error', reject);
      load.on('exit', (code) => reject(new Error(`The load process exited with code ${code} before it reported.`)));
    });
    if ('failure' in report) {
      throw report.failure.endsWith(LOST_VALUE_REASON) ? new LostValueError() : new Error(report.failure);
    }
    return report.requestsPerSecond;
  } finally {
    load.kill();
  }
}
