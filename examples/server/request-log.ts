import { requestId } from './request-id.js';

let write: (line: string) => void = () => {};

/** Says where the lines go: nowhere, until this is called. */
export function logTo(writer: (line: string) => void): void {
  write = writer;
}

/**
 * Writes a line that begins with the id of the request, which nobody had to hand over.
 * @returns the id that was read
 */
export function log(message: string): number | undefined {
  const id = requestId.getStore();
  write(`${id ?? '-'}: ${message}`);
  return id;
}
