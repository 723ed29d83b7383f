import { AsyncLocalStorage } from 'throughline';
import { type InstallReport, install } from 'throughline/web';
import type { Subject } from '../../suite/subject.js';

/**
 * Installs the portable engine.
 * @param expectedAwait how the engine must follow `await` in this bundle, because a figure for another way would be
 * mislabeled
 */
export function throughlineSubject(expectedAwait: InstallReport['await']): Subject {
  const uninstall = install();
  return {
    isTracking: true,
    makeStorage: () => new AsyncLocalStorage<object>(),
    check() {
      // Reading the report starts interception.
      const { report } = uninstall;
      if (report.await === expectedAwait) return;
      throw new Error(`Expected await to be ${expectedAwait} in this bundle, but it is ${report.await}.`);
    },
  };
}
