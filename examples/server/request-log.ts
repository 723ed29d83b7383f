/** The request log. Nothing is written until `setLogWriter()` is called. */
import { requestId } from './request-id.js';

let writer: (line: string) => void = () => {};

/** Sets the function that receives each log line. */
export function setLogWriter(newWriter: (line: string) => void): void {
  writer = newWriter;
}

const mutedIds = new Set<string>();

/** Writes no lines of this request until `unmuteRequest()` is called. */
export function muteRequest(id: number): void {
  mutedIds.add(`${id}`);
}

export function unmuteRequest(id: number): void {
  mutedIds.delete(`${id}`);
}

/** Writes a line that begins with the id and the user of a request. */
export function writeLogLine(id: number | string | undefined, user: string | undefined, message: string): void {
  if (mutedIds.has(`${id}`)) return;
  writer(`${id ?? '-'}${user === undefined ? '' : `  ${user}`}: ${message}`);
}

let readUser: () => string | undefined = () => undefined;

/** Sets the function that returns the user of the current request. Until then, log lines name no user. */
export function setUserReader(newReader: () => string | undefined): void {
  readUser = newReader;
}

/**
 * Writes a line that begins with the id and the user of the current request. Both are read from storage.
 * @returns the id that was read
 */
export function logWithRequestId(message: string): number | undefined {
  const id = requestId.getStore();
  writeLogLine(id, readUser(), message);
  return id;
}
