/** Turns what the runtime has recorded into findings. */
import { allEmptyReads } from '../runtime/empty-reads.js';
import { allLateEntries } from '../runtime/late-entries.js';
import { allLostCalls } from '../runtime/lost-calls.js';
import { allOutlivedFrames } from '../runtime/outlived-frames.js';
import { allSharedWork } from '../runtime/shared-work.js';
import { allTwinReads } from '../runtime/twin-storages.js';
import { describeEmptyRead } from './describe-empty-reads.js';
import { describeLateEntries } from './describe-late-entries.js';
import { describeLostCalls } from './describe-lost-calls.js';
import { describeOutlivedFrames } from './describe-outlived-frames.js';
import { describeSharedWork } from './describe-shared-work.js';
import { describeTwinStorages } from './describe-twin-storages.js';
import { type Finding, isInformation, sortFindings } from './finding.js';

/** @param all also what did no harm */
export function collectFindings(all: boolean): Finding[] {
  const findings = [
    ...allLostCalls().flatMap(describeLostCalls),
    ...[...allLateEntries()].flatMap(describeLateEntries),
    ...[...allTwinReads()].map(describeTwinStorages),
    ...[...allEmptyReads()].map(describeEmptyRead),
    ...allSharedWork().map(describeSharedWork),
    ...allOutlivedFrames().map(describeOutlivedFrames),
  ];
  return sortFindings(all ? findings : findings.filter((finding) => !isInformation(finding)));
}
