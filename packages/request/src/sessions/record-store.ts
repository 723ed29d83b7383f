/** The records of the sessions of one application, by their ids. */
import type { EntryStore, StoredEntry } from './entry-store.js';
import { type MovedRecord, parseRecord, type SessionRecord, serializeMove, serializeRecord } from './session-record.js';

/** A record together with the entry of the store that it was read from, for comparison. */
export interface StoredRecord {
  readonly record: SessionRecord;
  readonly entry: StoredEntry;
}

/** What the store holds for a session that has moved to another id. */
export interface StoredMove {
  readonly record: MovedRecord;
  readonly entry: StoredEntry;
}

/**
 * How long the store keeps the new id of a session under its old id, in milliseconds: at least as long as most requests
 * take that were in progress when the session moved.
 */
const MOVE_LIFETIME = 60_000;

/** How often a session may have moved while one request was in progress. */
const MAX_MOVES = 20;

export class RecordStore {
  readonly #entries: EntryStore;
  readonly #name: string;
  readonly #warn: (line: string) => void;

  /**
   * @param name distinguishes the sessions of this application from those of others in the same store
   * @param warn logs that the store holds an entry which it should not hold
   */
  constructor(entries: EntryStore, name: string, warn: (line: string) => void) {
    this.#entries = entries;
    this.#name = name;
    this.#warn = warn;
  }

  /** @returns undefined if there is no record, it has expired, or it belongs to another session */
  async read(id: string): Promise<StoredRecord | StoredMove | undefined> {
    const entry = await this.#entries.read(this.#keyOf(id));
    if (entry?.text === undefined) return undefined;
    const record = parseRecord(entry.text, id);
    if (record === undefined) {
      this.#warn('The session store returned an entry that is not a record of the requested session. It is ignored.');
      return undefined;
    }
    return 'movedTo' in record ? { record, entry } : { record, entry };
  }

  /**
   * Reads a record, unless its session has moved to another id: that id is for requests that were in progress when the
   * session moved. Other requests know only an id that has been replaced.
   */
  async readUnmoved(id: string): Promise<StoredRecord | undefined> {
    const found = await this.read(id);
    return isMove(found) ? undefined : found;
  }

  /**
   * Reads the record of a session, or of what it has moved to: for an id that the store holds, such as one in the list of
   * a user. With an id that a client has sent, a replaced id would give access to the session.
   */
  async readFollowingMoves(id: string): Promise<StoredRecord | undefined> {
    let found = await this.read(id);
    for (let moves = 0; isMove(found) && moves < MAX_MOVES; moves++) found = await this.read(found.record.movedTo);
    return isMove(found) ? undefined : found;
  }

  /**
   * Writes a record, if the store still holds the expected one.
   * @param expected what was read, or undefined if there was nothing
   * @param expiresAt when the store may delete the record, in milliseconds since the epoch
   * @returns the record as it is stored now, or undefined if the store holds something other than expected
   */
  async replace(
    expected: StoredRecord | undefined,
    record: SessionRecord,
    expiresAt: number,
  ): Promise<StoredRecord | undefined> {
    const text = serializeRecord(record);
    const entry = await this.#entries.replace(this.#keyOf(record.id), expected?.entry, text, expiresAt);
    return entry === undefined ? undefined : { record, entry };
  }

  /**
   * Replaces a record by the id that its session has moved to.
   * @returns false if the store holds something other than expected
   */
  async replaceByMove({ record: { id }, entry }: StoredRecord, newId: string): Promise<boolean> {
    const expiresAt = Date.now() + MOVE_LIFETIME;
    return (await this.#entries.replace(this.#keyOf(id), entry, serializeMove(id, newId), expiresAt)) !== undefined;
  }

  /** @returns false if the store holds something other than expected */
  remove(id: string, expected: StoredRecord | StoredMove): Promise<boolean> {
    return this.#entries.remove(this.#keyOf(id), expected.entry);
  }

  #keyOf(id: string): string {
    return `${this.#name}:${id}`;
  }
}

export function isMove(stored: StoredRecord | StoredMove | undefined): stored is StoredMove {
  return stored !== undefined && 'movedTo' in stored.record;
}
