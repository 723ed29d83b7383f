// expects: empty read, empty, line 8, from line 13
/** A queue that is shared with requests gets a job from the module itself. */
import { AsyncLocalStorage } from 'node:async_hooks';
import PQueue from 'p-queue';

const users = new AsyncLocalStorage();
async function send(mail) {
  const sender = users.getStore() ?? 'unknown';
  await null;
  return [mail, sender];
}
const queue = new PQueue({ concurrency: 1 });
await users.run('ada', () => queue.add(() => send('Hello')));
await queue.add(() => send('The server has started'));
