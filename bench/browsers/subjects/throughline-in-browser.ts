import { AsyncLocalStorage } from 'throughline';
import { type InstallReport, install } from 'throughline/web';
import type { Subject } from '../../suite/subject.js';

/**
 * Installs the portable engine.
 * @param expectedAwait how the engine must follow `await` in this bundle, because a figure for another way would be
 * mislabeled
 * @returns the subject, whose `makeStorage` throws an error if the engine follows `await` in another way. This is only
 * certain once all modules of the bundle have been loaded
 */
export function throughlineSubject(expectedAwait: InstallReport['await']): Subject {
  const installation = install();
  return {
    isTracking: true,
    makeStorage() {
      const { report } = installation;
      if (report.await !== expectedAwait) {
        throw new Error(`Expected await to be ${expectedAwait} in this bundle, but it is ${report.await}.`);
      }
      return new AsyncLocalStorage<object>();
    },
  };
}
