import { AsyncLocalStorage } from 'throughline';
import { type InstallReport, install } from 'throughline/web';
import type { Subject } from '../../suite/subject.js';

/**
 * @param followed what makes the code after an `await` run in its frame, which must be so before anything is measured
 * @throws where it is another
 */
export function throughline(followed: InstallReport['await']): Subject {
  const { report } = install();
  if (report.await !== followed) throw new Error(`await is ${report.await} here, and not ${followed}`);
  return { tracks: true, makeStorage: () => new AsyncLocalStorage<object>() };
}
