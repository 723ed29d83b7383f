/**
 * A store of texts in which an entry is replaced only if it has not changed since it was read.
 *
 *     request A ── read v1 ──────────── replace(v1 → v2) ── succeeds
 *     request B ────── read v1 ───────────── replace(v1 → v3) ── undefined: B reads v2, applies its changes, retries
 *
 * If two processes write concurrently, the second write fails. That process reads the entry again and adds its own
 * changes to those of the other.
 */

/** A text together with the entry of the store that it was unpacked from, for comparison. */
export interface StoredEntry {
  /** A string; undefined if the entry has expired, and anything if other software has written it. */
  readonly text: unknown;
  readonly packedEntry: unknown;
  /** When it expires, in milliseconds since the epoch; undefined if other software has written it without a time. */
  readonly expires: number | undefined;
}

/**
 * All methods throw `ERR_SESSION_STORE`, or reject with it, if the store fails or is too slow. A store in the memory of
 * this process returns at once.
 */
export interface EntryStore {
  /** Whether all methods return at once, so that nothing can come between two calls. */
  readonly isImmediate: boolean;

  /** Whether an entry always has the same text. Otherwise, the application decides each time what its text is. */
  readonly hasDefaultFormat: boolean;

  /**
   * @param known the entry as it was read or written the last time. It is returned if the store still holds exactly that
   * @returns undefined if there is no entry; one that has expired, but that the store still holds, has no text
   */
  read(key: string, known?: StoredEntry): StoredEntry | undefined | Promise<StoredEntry | undefined>;

  /**
   * Writes an entry, if the store still holds the expected one.
   * @param expected what was read, or undefined if there was nothing
   * @param expiresAt when the store may delete the entry, in milliseconds since the epoch
   * @returns the entry as it is stored now, or undefined if the store holds something other than expected
   */
  replace(
    key: string,
    expected: StoredEntry | undefined,
    text: string,
    expiresAt: number,
  ): StoredEntry | undefined | Promise<StoredEntry | undefined>;

  /** @returns false if the store holds something other than expected */
  remove(key: string, expected: StoredEntry): boolean | Promise<boolean>;
}
