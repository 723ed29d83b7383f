import { requestId } from './request-id.js';

let writeLine: (line: string) => void = () => {};

/** Says where the lines go: nowhere, until this is called. */
export function setLogWriter(writer: (line: string) => void): void {
  writeLine = writer;
}

export function writeLogLine(line: string): void {
  writeLine(line);
}

let user: () => string | undefined = () => undefined;

/** Says who tells the user of the current request: nobody, until this is called. */
export function setUserReader(reader: () => string | undefined): void {
  user = reader;
}

/**
 * Writes a line that begins with the id of the request and its user, which nobody had to hand over.
 * @returns the id that was read
 */
export function logWithRequestId(message: string): number | undefined {
  const id = requestId.getStore();
  const name = user();
  writeLogLine(`${id ?? '-'}${name === undefined ? '' : `  ${name}`}: ${message}`);
  return id;
}
