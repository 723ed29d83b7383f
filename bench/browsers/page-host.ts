/** The host of a sample in a page. */
import type { Subject } from '../suite/subject.js';
import { takeSample } from './browser-sample.js';
import { reportOutcome } from './page-report.js';

export function reportSample(subject: Subject): Promise<void> {
  return reportOutcome((args) => takeSample(subject, args));
}
