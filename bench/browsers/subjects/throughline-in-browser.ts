import { AsyncLocalStorage } from 'throughline';
import { type InstallReport, install } from 'throughline/web';
import type { Subject } from '../../suite/subject.js';

/**
 * Installs the portable engine.
 * @param expectedAwait how the engine should follow `await` in this bundle; a figure of the other way would be mislabeled
 * @throws if the engine follows `await` in another way
 */
export function throughlineSubject(expectedAwait: InstallReport['await']): Subject {
  const { report } = install();
  if (report.await !== expectedAwait) {
    throw new Error(`Expected await to be ${expectedAwait} in this bundle, but it is ${report.await}.`);
  }
  return { isTracking: true, makeStorage: () => new AsyncLocalStorage<object>() };
}
