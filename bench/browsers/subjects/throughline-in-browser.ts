import { AsyncLocalStorage } from 'throughline';
import { type InstallReport, install } from 'throughline/web';
import type { Subject } from '../../suite/subject.js';

/**
 * Installs the portable engine.
 * @param expectedAwait how the engine must follow `await` in this bundle, because a figure for another way would be
 * mislabeled
 * @throws {Error} if the engine follows `await` in another way
 */
export function throughlineSubject(expectedAwait: InstallReport['await']): Subject {
  const { report } = install();
  if (report.await !== expectedAwait) {
    throw new Error(`Expected await to be ${expectedAwait} in this bundle, but it is ${report.await}.`);
  }
  return { isTracking: true, makeStorage: () => new AsyncLocalStorage<object>() };
}
