import { newRandomId } from './random-id.js';

/** Names this process. Created for the first write: some runtimes have no random numbers while a module is loaded. */
let writer: string | undefined;
let writeCount = 0;

/**
 * Creates the id of a write, which no other write of any process has. It is not a secret. Random bytes for each write
 * would take longer than the rest of a write to memory.
 */
export function newWriteId(): string {
  writer ??= newRandomId();
  writeCount++;
  return `${writer}.${writeCount.toString(36)}`;
}
