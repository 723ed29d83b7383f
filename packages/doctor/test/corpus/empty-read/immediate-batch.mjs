// expects: empty read, empty, line 10, from line 15
/** A batch that the module starts for itself reads the user. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';

const immediate = promisify(setImmediate);
const users = new AsyncLocalStorage();
const batch = [];
async function write(row) {
  const author = users.getStore()?.name ?? 'system';
  batch.push({ ...row, author });
}
users.run({ name: 'Ada' }, () => write({ id: 1 }));
async function migrate() {
  await immediate();
  await write({ id: 2 });
}
await migrate();
