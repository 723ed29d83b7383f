/** Collects what is reported of this thread. */
import { receiveFromHooks } from '../runtime/file-tables.js';
import { allSkippedFiles } from '../runtime/skipped-files.js';
import { collectFindings } from './collect-findings.js';
import { pathOf } from './place.js';
import { mergeReports, type Report } from './report.js';

/** @param all also what did no harm */
export function collectReport(all: boolean): Report {
  const findings = collectFindings(all);
  receiveFromHooks();
  const unchecked = [...allSkippedFiles()].map(({ url, reason }) => ({ file: pathOf(url), reason }));
  return mergeReports([{ findings, unchecked }]);
}
