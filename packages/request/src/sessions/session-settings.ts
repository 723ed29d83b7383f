/** The settings that all sessions of an application share: their store, their cookie and their times. */
import type { RecordStore } from './record-store.js';
import type { SessionCookie } from './session-cookie.js';

export interface SessionSettings {
  readonly store: RecordStore;
  readonly cookie: SessionCookie;
  /** Milliseconds without a request after which a session ends. */
  readonly idleTimeout: number;
  /** Milliseconds after which a session ends even if it is used. */
  readonly absoluteTimeout: number;
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
