/**
 * The stored form of a session: one text, the same in every store. The text contains the id of its session. If a store
 * ever returns the entry of another session, the text is therefore ignored.
 */
export interface SessionRecord {
  readonly id: string;
  /** When the session began, in milliseconds since the epoch. Its absolute time starts here. */
  readonly createdAt: number;
  /** When the session was last used, as far as that was recorded. Its idle time starts here. */
  readonly usedAt: number;
  readonly data: SessionData;
  /** The unique id of the write, by which a later read recognizes a write whose result never arrived. */
  readonly writeId: string;
}

/** The values of a session, frozen. It is a Map, in which a key such as `__proto__` is a key like any other. */
export type SessionData = ReadonlyMap<string, unknown>;

/** The version of the format. A record of another version is not a session. */
const VERSION = 2;

export function serializeRecord({ id, createdAt, usedAt, data, writeId }: SessionRecord): string {
  return JSON.stringify([VERSION, id, createdAt, usedAt, writeId, [...data]]);
}

/** @returns undefined if the text is not a record of this session */
export function parseRecord(text: unknown, id: string): SessionRecord | undefined {
  if (typeof text !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [version, recordId, createdAt, usedAt, writeId, entries]: unknown[] = parsed;
  if (version !== VERSION || recordId !== id) return undefined;
  if (typeof createdAt !== 'number' || typeof usedAt !== 'number') return undefined;
  if (typeof writeId !== 'string' || !Array.isArray(entries)) return undefined;
  const data = new Map<string, unknown>();
  for (const entry of entries) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string') return undefined;
    data.set(entry[0], deepFreeze(entry[1]));
  }
  return { id, createdAt, usedAt, data, writeId };
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
