/** What all sessions of an application share: their store, their cookie and their limits. */
import type { RecordStore, StoredRecord } from './record-store.js';
import type { SessionCookie } from './session-cookie.js';
import type { UserIndex } from './user-index.js';
import type { WriteQueue } from './write-queue.js';

export interface SessionSettings {
  readonly store: RecordStore;
  readonly users: UserIndex;
  /** The writes to each session in this process. */
  readonly writes: WriteQueue<StoredRecord>;
  readonly cookie: SessionCookie;
  /** Milliseconds without a request after which a session ends. */
  readonly idleTimeout: number;
  /** Milliseconds after which a session ends even if it is used. */
  readonly absoluteTimeout: number;
  /** How large the values of a session may be, in bytes of JSON. */
  readonly maxSize: number;
  /** Logs a line that names a remedy. */
  readonly logWarning: (line: string) => void;
  /** Logs an error that no caller receives. */
  readonly logError: (line: string) => void;
}

/**
 * Returns when a session expires, in milliseconds since the epoch.
 * @param createdAt when it began, in milliseconds since the epoch
 * @param usedAt when it was last used, in milliseconds since the epoch
 */
export function expiryOf(
  { idleTimeout, absoluteTimeout }: Pick<SessionSettings, 'idleTimeout' | 'absoluteTimeout'>,
  createdAt: number,
  usedAt: number,
): number {
  return Math.min(usedAt + idleTimeout, createdAt + absoluteTimeout);
}

/** Whether a session has expired. */
export function hasExpired(
  settings: Pick<SessionSettings, 'idleTimeout' | 'absoluteTimeout'>,
  { record: { createdAt, usedAt } }: StoredRecord,
): boolean {
  return expiryOf(settings, createdAt, usedAt) <= Date.now();
}
