/** Whether there may be something to report. This needs none of the code that describes it. */
import { allEmptyReads } from '../runtime/empty-reads.js';
import { receiveFromHooks } from '../runtime/file-tables.js';
import { allLateEntries } from '../runtime/late-entries.js';
import { allLostCalls } from '../runtime/lost-calls.js';
import { allOutlivedFrames } from '../runtime/outlived-frames.js';
import { allSharedWork } from '../runtime/shared-work.js';
import { allSkippedFiles } from '../runtime/skipped-files.js';
import { allTwinReads } from '../runtime/twin-storages.js';

export function hasRecords(): boolean {
  receiveFromHooks();
  return [
    allSkippedFiles,
    allLostCalls,
    allLateEntries,
    allTwinReads,
    allEmptyReads,
    allSharedWork,
    allOutlivedFrames,
  ].some((all) => isNotEmpty(all()));
}

function isNotEmpty(records: Iterable<unknown>): boolean {
  for (const _ of records) return true;
  return false;
}
