/** The findings of the process, and which of them happened in a flow. */
import { collectFindings } from '../report/collect-findings.js';
import { describeEmptyRead } from '../report/describe-empty-reads.js';
import { describeLateEntries } from '../report/describe-late-entries.js';
import { describeLostCalls } from '../report/describe-lost-calls.js';
import { describeTwinStorages } from '../report/describe-twin-storages.js';
import type { Finding } from '../report/finding.js';
import { allEmptyReads } from '../runtime/empty-reads.js';
import { allLateEntries } from '../runtime/late-entries.js';
import { lostCallsWith } from '../runtime/lost-calls.js';
import { allTwinReads } from '../runtime/twin-storages.js';

const MAXIMUM_FINDINGS = 50;

export class FindingIndex {
  /** Worst first. */
  readonly findings: readonly Finding[] = collectFindings(false).slice(0, MAXIMUM_FINDINGS);
  readonly #indexes = new Map(this.findings.map((finding, index) => [keyOf(finding), index]));
  readonly #indexesByRecord = new Map<object, readonly number[]>();

  /** Returns the indexes of the findings that are described from a record. */
  indexesOf(record: object): readonly number[] {
    let indexes = this.#indexesByRecord.get(record);
    if (indexes === undefined) {
      indexes = describe(record).flatMap((finding) => this.#indexes.get(keyOf(finding)) ?? []);
      this.#indexesByRecord.set(record, indexes);
    }
    return indexes;
  }
}

function keyOf({ kind, severity, storage, places }: Finding): string {
  return [kind, severity, storage, ...places.map(({ file, line, column }) => `${file}:${line}:${column}`)].join(' ');
}

function describe(record: object): Finding[] {
  const calls = lostCallsWith(record);
  if (calls !== undefined) return describeLostCalls(calls);
  for (const entries of allLateEntries()) if (entries === record) return describeLateEntries(entries);
  for (const read of allTwinReads()) if (read === record) return [describeTwinStorages(read)];
  for (const read of allEmptyReads()) if (read === record) return [describeEmptyRead(read)];
  return [];
}
