/**
 * A store of session records in which a record is replaced only if it has not changed since it was read.
 *
 *     request A ── read v1 ──────────── replace(v1 → v2) ── succeeds
 *     request B ────── read v1 ───────────── replace(v1 → v3) ── undefined: B reads v2, applies its changes, retries
 *
 * If two requests write concurrently, the second write fails. That request reads the record again and adds its own
 * changes to those of the other. This also works between processes.
 */
import type { SessionRecord } from './session-record.js';

/** A record together with the entry of the store that it was unpacked from, for comparison. */
export interface StoredRecord {
  readonly record: SessionRecord;
  readonly packedEntry: unknown;
}

export interface RecordStore {
  /** @returns undefined if there is no record, it has expired, or it belongs to another session */
  read(id: string): Promise<StoredRecord | undefined>;

  /**
   * Writes a record, if the store still holds the expected one.
   * @param expected what was read, or undefined if there was nothing
   * @param expiresAt when the store may delete the record, in milliseconds since the epoch
   * @returns the record as it is stored now, or undefined if the store holds something other than expected
   */
  replace(
    id: string,
    expected: StoredRecord | undefined,
    record: SessionRecord,
    expiresAt: number,
  ): Promise<StoredRecord | undefined>;

  /** @returns false if the store holds something other than expected */
  remove(id: string, expected: StoredRecord): Promise<boolean>;
}
