/**
 * The entries of a store. An entry is replaced only if it still is what was read before: of two requests that write at once,
 * one is told so, reads again and adds its own change to what the other has written. That holds between processes too.
 */
import type { SessionRecord } from './session-record.js';

export interface Entry {
  readonly record: SessionRecord;
  /** What the store has, to be compared. */
  readonly stored: unknown;
}

export interface Entries {
  /** @returns undefined where there is none, it has expired, or it is not this session's */
  read(id: string): Promise<Entry | undefined>;

  /**
   * @param expected what was read; undefined where there was nothing
   * @param expires when the store may forget it, in milliseconds since the epoch
   * @returns the new entry, or undefined where the store has no longer what was expected
   */
  replace(id: string, expected: Entry | undefined, record: SessionRecord, expires: number): Promise<Entry | undefined>;

  /** @returns false where the store has no longer what was expected */
  remove(id: string, expected: Entry): Promise<boolean>;
}
