/**
 * A process that saves to one session through the SQLite store, for the tests. Its arguments: the file, the name of the
 * driver, the key, and how many times; 0 is without end. It prints a number once its save is in the store.
 */

import { SqliteStore } from '../sqlite-store.js';
import { findDriverNamed } from './sqlite-drivers.js';

const [file = '', driverName = '', key = '', times = '0'] = process.argv.slice(2);
const store = await SqliteStore.open(await findDriverNamed(driverName), file);
for (let count = 0; times === '0' || count < Number(times); count++) {
  // Adds one to the number in the entry, as a request that changes a session does.
  for (;;) {
    const before: string | undefined = await store.get(key);
    const after = `${Number(before ?? 0) + 1}`;
    if (await store.compareAndSet(key, before, after, 60_000)) {
      // The next change begins only when this one is printed.
      await new Promise((resolve) => process.stdout.write(`${after}\n`, resolve));
      break;
    }
  }
}
await store.disconnect();
