/** The records of the sessions of one application, by their ids. */
import { continueWith } from './continue-with.js';
import type { EntryStore, StoredEntry } from './entry-store.js';
import { RecentlyUsed } from './recently-used.js';
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

/**
 * How many characters of entries are kept in parsed form in each of the two generations. A session that was used
 * recently is then not parsed again, unless the store holds another text.
 */
const MAX_PARSED_SIZE = 2_000_000;

/** The objects around a record, in characters. */
const RECORD_OVERHEAD = 400;

export class RecordStore {
  readonly #entries: EntryStore;
  readonly #name: string;
  readonly #warn: (line: string) => void;
  /** What the records in the store were parsed to. They do not change: what is read from them is frozen. */
  readonly #parsed: RecentlyUsed<StoredRecord>;

  /**
   * @param name distinguishes the sessions of this application from those of others in the same store
   * @param warn logs that the store holds an entry which it should not hold
   */
  constructor(entries: EntryStore, name: string, warn: (line: string) => void) {
    this.#entries = entries;
    this.#name = name;
    this.#warn = warn;
    this.#parsed = new RecentlyUsed(entries.hasDefaultFormat ? MAX_PARSED_SIZE : 0, sizeOf);
  }

  /** Whether all methods return at once, so that nothing can come between two calls. */
  get isImmediate(): boolean {
    return this.#entries.isImmediate;
  }

  /**
   * The store is read each time. An entry is parsed again only if the store returns another text than before.
   * @returns undefined if there is no record, it has expired, or it belongs to another session
   */
  read(id: string): StoredRecord | StoredMove | undefined | Promise<StoredRecord | StoredMove | undefined> {
    const known = this.#parsed.get(id);
    return continueWith(this.#entries.read(this.#keyOf(id), known?.entry), (entry) =>
      entry !== undefined && entry === known?.entry ? known : this.#parse(id, entry),
    );
  }

  #parse(id: string, entry: StoredEntry | undefined): StoredRecord | StoredMove | undefined {
    this.#parsed.delete(id);
    if (entry?.text === undefined) return undefined;
    const record = parseRecord(entry.text, id);
    if (record === undefined) {
      this.#warn('The session store returned an entry that is not a record of the requested session. It is ignored.');
      return undefined;
    }
    if ('movedTo' in record) return { record, entry };
    return this.#remember({ record, entry });
  }

  #remember(stored: StoredRecord): StoredRecord {
    this.#parsed.set(stored.record.id, stored);
    return stored;
  }

  /**
   * Reads a record, unless its session has moved to another id: that id is for requests that were in progress when the
   * session moved. Other requests know only an id that has been replaced.
   */
  readUnmoved(id: string): StoredRecord | undefined | Promise<StoredRecord | undefined> {
    return continueWith(this.read(id), (found) => (isMove(found) ? undefined : found));
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
  replace(
    expected: StoredRecord | undefined,
    record: SessionRecord,
    expiresAt: number,
  ): StoredRecord | undefined | Promise<StoredRecord | undefined> {
    const text = serializeRecord(record);
    const replaced = this.#entries.replace(this.#keyOf(record.id), expected?.entry, text, expiresAt);
    return continueWith(replaced, (entry) => (entry === undefined ? undefined : this.#remember({ record, entry })));
  }

  /**
   * Replaces a record by the id that its session has moved to.
   * @returns false if the store holds something other than expected
   */
  async replaceByMove({ record: { id }, entry }: StoredRecord, newId: string): Promise<boolean> {
    const expiresAt = Date.now() + MOVE_LIFETIME;
    this.#parsed.delete(id);
    return (await this.#entries.replace(this.#keyOf(id), entry, serializeMove(id, newId), expiresAt)) !== undefined;
  }

  /** @returns false if the store holds something other than expected */
  remove(id: string, expected: StoredRecord | StoredMove): boolean | Promise<boolean> {
    this.#parsed.delete(id);
    return this.#entries.remove(this.#keyOf(id), expected.entry);
  }

  #keyOf(id: string): string {
    return `${this.#name}:${id}`;
  }
}

function sizeOf({ entry: { text, packedEntry } }: StoredRecord): number {
  return RECORD_OVERHEAD + String(text).length + String(packedEntry).length;
}

export function isMove(stored: StoredRecord | StoredMove | undefined): stored is StoredMove {
  return stored !== undefined && 'movedTo' in stored.record;
}
