/**
 * The same server in a process of its own, for the comparison: THROUGHLINE_STORAGE says what it keeps the id in, the
 * argument how many storages hold a value. It tells its parent the port and, when asked, the processor time that it has
 * used so far; it ends with its parent.
 */

import { AsyncLocalStorage } from './selected-storage.js';
import { startServer } from './server.js';

// Ctrl-C in a terminal reaches every process that was started there; the parent decides when this one ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

const others = Array.from({ length: Math.max(0, Number(process.argv[2]) - 1) }, () => new AsyncLocalStorage<string>());

/** Gives every storage a value but the one that the shop gives its own. */
function withOtherStorages(letIn: () => void): void {
  others.reduce<() => void>((next, storage) => () => storage.run('some value', next), letIn)();
}

const { port } = await startServer(0, { wrapRequest: withOtherStorages });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
process.send?.(port);
