/** The request log. Nothing is written until `setLogWriter()` is called. */
import { requestId } from './request-id.js';

let writer: (line: string) => void = () => {};

/** Sets the function that receives each log line. */
export function setLogWriter(newWriter: (line: string) => void): void {
  writer = newWriter;
}

export function writeLogLine(line: string): void {
  writer(line);
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
  const user = readUser();
  writeLogLine(`${id ?? '-'}${user === undefined ? '' : `  ${user}`}: ${message}`);
  return id;
}
