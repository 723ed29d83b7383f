/// <reference lib="dom" />
/**
 * Flows with transactions of Dexie at the same time. While code of a transaction runs, Dexie replaces the global
 * `Promise` and `Promise.prototype.then`, and it calls all reactions from one queue.
 */
import { Dexie } from 'dexie';
import { AsyncLocalStorage } from 'throughline';
import { countReadings, type Readings } from './readings.js';

export async function readDexieFlows(flowCount = 20): Promise<Readings> {
  const storage = new AsyncLocalStorage<number>();
  const { readings, check } = countReadings(storage);
  const database = new Dexie('flows');
  database.version(1).stores({ rows: '++id' });
  await database.open();
  const rows = database.table('rows');
  let openRootGate: (value: unknown) => void = () => {};
  const rootGate = new Promise((resolve) => {
    openRootGate = resolve;
  });
  const rootEnd = rootGate.then(() => check('then in the root', undefined));
  const gates = Array.from({ length: flowCount }, () => {
    let open = () => {};
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { promise, open };
  });
  const flows = gates.map(({ promise }, id) =>
    storage.run(id, async () => {
      await database.transaction('rw', rows, async () => {
        check('the start of a transaction', id);
        await rows.add({ id: id + 1 });
        check('await of add()', id);
        await Promise.resolve(1);
        check('await in a transaction', id);
        await Promise.resolve(1).then(() => check('then in a transaction', id));
        await new Promise((resolve) => resolve(1)).finally(() => check('finally in a transaction', id));
        gates[(id + 1) % flowCount]?.open();
        openRootGate(1);
        await rows.count().then(() => check('then of count()', id));
        check('the end of a transaction', id);
      });
      check('await of a transaction', id);
      await promise.then(() => check('then of a shared promise', id));
      check('await of a shared promise', id);
    }),
  );
  await Promise.all([...flows, rootEnd]);
  check('the end in the root', undefined);
  return readings;
}
