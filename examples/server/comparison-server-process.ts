/**
 * The process of a comparison server. THROUGHLINE_STORAGE selects the class that stores the request id, and the
 * argument is the number of storages that hold a value. The process sends its port to the parent process, and responds
 * to every message with the CPU time that it has used so far. It exits when the parent disconnects.
 */
import { AsyncLocalStorage } from './selected-storage.js';
import { startServer } from './server.js';

// Ctrl-C in a terminal signals every process that was started there. The parent decides when this one ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

const otherStorages = Array.from(
  { length: Math.max(0, Number(process.argv[2]) - 1) },
  () => new AsyncLocalStorage<string>(),
);

/** Sets a value in each of the other storages. The server itself sets the storage of the request id. */
function withOtherStorages(handleRequest: () => void): void {
  otherStorages.reduce<() => void>((next, storage) => () => storage.run('some value', next), handleRequest)();
}

const { port } = await startServer(0, { wrapRequest: withOtherStorages });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1000);
});
process.send?.(port);
