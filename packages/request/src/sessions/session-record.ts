/**
 * The stored form of a session: one text, the same in every store. The text contains the id of its session. If a store
 * ever returns the entry of another session, the text is therefore ignored.
 *
 *     a session       [3, id, createdAt, usedAt, writeId, user or null, [[key, value], …]]
 *     one that moved  [3, id, the id that it moved to]
 */
import { StoredValues } from './stored-values.js';

export interface SessionRecord {
  readonly id: string;
  /** When the session began, in milliseconds since the epoch. Its absolute time starts here. */
  readonly createdAt: number;
  /** When the session was last used, as far as that was recorded. Its idle time starts here. */
  readonly usedAt: number;
  /** The user who has signed in, or undefined. */
  readonly user: string | undefined;
  /** The values. A request that changes them copies them first. */
  readonly data: StoredValues;
  /** The unique id of the write, by which a later read recognizes a write whose result never arrived. */
  readonly writeId: string;
}

/** What remains for a short time under the id of a session that has moved to another id. */
export interface MovedRecord {
  readonly movedTo: string;
}

/** The version of the format. A record of another version is not a session. */
const VERSION = 3;

export function serializeRecord({ id, createdAt, usedAt, user, data, writeId }: SessionRecord): string {
  const head = JSON.stringify([VERSION, id, createdAt, usedAt, writeId, user ?? null]);
  return `${head.slice(0, -1)},${data.text}]`;
}

export function serializeMove(id: string, movedTo: string): string {
  return JSON.stringify([VERSION, id, movedTo]);
}

/** @returns undefined if the text is not a record of this session */
export function parseRecord(text: unknown, id: string): SessionRecord | MovedRecord | undefined {
  if (typeof text !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [version, recordId, createdAt, usedAt, writeId, user, entries]: unknown[] = parsed;
  if (version !== VERSION || recordId !== id) return undefined;
  if (parsed.length === 3) return typeof createdAt === 'string' ? { movedTo: createdAt } : undefined;
  if (typeof createdAt !== 'number' || typeof usedAt !== 'number' || typeof writeId !== 'string') return undefined;
  if (user !== null && typeof user !== 'string') return undefined;
  const data = StoredValues.ofParsed(entries);
  return data === undefined ? undefined : { id, createdAt, usedAt, user: user ?? undefined, data, writeId };
}
