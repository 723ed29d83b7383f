/**
 * What is stored of a session: one text, whichever store has it. It names the session that it belongs to, so that a store
 * that gives back another one's entry, for whatever reason, gives back nothing.
 */
export interface SessionRecord {
  readonly id: string;
  /** When the session began, in milliseconds since the epoch: from here its absolute time runs. */
  readonly created: number;
  /** When it was used last, as far as that was written down: from here its idle time runs. */
  readonly used: number;
  readonly data: SessionData;
  /** Unlike that of any other write, so that one whose answer never came is known when it is read. */
  readonly write: string;
}

/** A Map, so that a key such as `__proto__` is a key like any other. Its values are frozen. */
export type SessionData = ReadonlyMap<string, unknown>;

const VERSION = 2;

export function recordText({ id, created, used, data, write }: SessionRecord): string {
  return JSON.stringify([VERSION, id, created, used, write, [...data]]);
}

/** @returns undefined where the text is not a record of this session */
export function readRecord(text: unknown, id: string): SessionRecord | undefined {
  if (typeof text !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [version, ownId, created, used, write, pairs]: unknown[] = parsed;
  if (version !== VERSION || ownId !== id) return undefined;
  if (typeof created !== 'number' || typeof used !== 'number') return undefined;
  if (typeof write !== 'string' || !Array.isArray(pairs)) return undefined;
  const data = new Map<string, unknown>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') return undefined;
    data.set(pair[0], deepFrozen(pair[1]));
  }
  return { id, created, used, data, write };
}

function deepFrozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFrozen(part);
    Object.freeze(value);
  }
  return value;
}
