/**
 * Identifies a request of the soak by its user and its number: `user-7.0` is the first request of `user-7`. Client and
 * server derive from the key what the request does and what its session must contain.
 */
export type SoakKey = string;

/** Whether the user has a session when the request begins: the user's first request has none yet. */
export function hasSession(key: SoakKey): boolean {
  return numberOf(key) > 0;
}

/** Whether the request writes to the session: every fourth request of a user does, the first one included. */
export function writesToSession(key: SoakKey): boolean {
  return numberOf(key) % 4 === 0;
}

/** Whether the handler throws after its last step: every tenth request does. */
export function fails(key: SoakKey): boolean {
  return numberOf(key) % 10 === 7;
}

/** Whether the request uploads a large body: every tenth one does. */
export function uploads(key: SoakKey): boolean {
  return numberOf(key) % 10 === 3;
}

/** The key of a request whose client disconnects while it sends the body. It has a user of its own, without a session. */
export function abortedKey(user: string, number: number): SoakKey {
  return `${ABORTED}${user}-${number}.0`;
}

export function isAborted(key: SoakKey): boolean {
  return key.startsWith(ABORTED);
}

const ABORTED = 'aborted-';

export function userOf(key: SoakKey): string {
  return key.slice(0, key.indexOf('.'));
}

function numberOf(key: SoakKey): number {
  return Number(key.slice(key.indexOf('.') + 1));
}
