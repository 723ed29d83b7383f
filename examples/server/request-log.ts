import { requestId } from './request-id.js';

let writeLine: (line: string) => void = () => {};

/** Says where the lines go: nowhere, until this is called. */
export function logTo(writer: (line: string) => void): void {
  writeLine = writer;
}

export function write(line: string): void {
  writeLine(line);
}

let user: () => string | undefined = () => undefined;

/** Says who tells the user of the current request: nobody, until this is called. */
export function nameUsersBy(reader: () => string | undefined): void {
  user = reader;
}

/**
 * Writes a line that begins with the id of the request and its user, which nobody had to hand over.
 * @returns the id that was read
 */
export function log(message: string): number | undefined {
  const id = requestId.getStore();
  const name = user();
  write(`${id ?? '-'}${name === undefined ? '' : `  ${name}`}: ${message}`);
  return id;
}
