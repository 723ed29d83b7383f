// expects: none
/** Each request opens two transactions, one after the other, and uses in the second one what it made in the first. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const transactions = new AsyncLocalStorage();
function createRepository() {
  return { save: (row) => `${row} in ${transactions.getStore()?.number ?? 'none'}` };
}
await interleave(requests, async (id) => {
  let repository;
  const afterwards = [];
  await transactions.run({ number: 1 }, async () => {
    await wait(1);
    repository = createRepository();
    afterwards.push(() => repository.save('log'));
    if (repository.save('a') !== 'a in 1') throw new Error('another transaction');
  });
  await transactions.run({ number: 2 }, async () => {
    await wait(id % 3);
    if (repository.save('b') !== 'b in 2') throw new Error('another transaction');
  });
  for (const call of afterwards) if (call() !== 'log in none') throw new Error('another transaction');
});
