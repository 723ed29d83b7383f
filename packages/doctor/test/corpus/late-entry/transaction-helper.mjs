// expects: late entry, missing, line 11
/** A helper opens a transaction in a try block, and hands it on by a storage. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

const transactions = new AsyncLocalStorage();
let last = 0;
async function begin() {
  try {
    const id = await turn(++last);
    transactions.enterWith({ id });
  } finally {
    await turn();
  }
}
const query = async (sql) => [sql, transactions.getStore()?.id];
async function transfer(amount) {
  await begin();
  await query(`update ${amount}`);
  return await query('commit');
}
for (const amount of [1, 2]) await transfer(amount);
