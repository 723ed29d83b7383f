/** Ends a session: its record is removed from the store, and its id from the sessions of its user. */
import { isMove, type StoredMove, type StoredRecord } from './record-store.js';
import { retryDelay } from './retry-delay.js';
import { conflictError } from './session-errors.js';
import type { SessionSettings } from './session-settings.js';

const MAX_ATTEMPTS = 200;

/**
 * Ends the session with an id, or the one that it has moved to in the meantime.
 * @param known what the store held the last time, or undefined if the caller does not know
 * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
 */
export function endSession({ store, users, writes }: SessionSettings, id: string, known?: StoredRecord): Promise<void> {
  return writes.run(id, async (turn) => {
    let stored: StoredRecord | StoredMove | undefined = turn.latest ?? known ?? (await store.read(id));
    turn.latest = undefined;
    let currentId = id;
    for (let attempts = 0; stored !== undefined; attempts++) {
      if (attempts === MAX_ATTEMPTS) throw conflictError(MAX_ATTEMPTS);
      if (attempts > 1) await retryDelay(attempts - 1);
      if (isMove(stored)) {
        currentId = stored.record.movedTo;
      } else if (await store.remove(currentId, stored)) {
        const { user } = stored.record;
        if (user !== undefined) await users.remove(user, currentId);
        return;
      }
      stored = await store.read(currentId);
    }
  });
}
