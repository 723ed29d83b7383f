// expects: none
/** Requests that wait for a message of another request: what the sender reads is not read for them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const log = () => requests.getStore().id;
const room = new EventEmitter();
async function send(text) {
  log();
  await wait(1);
  log();
  room.emit('message', text);
  return log();
}
await interleave(requests, async (id) => {
  if (id === 0) {
    await wait(2);
    await send('hello');
    return;
  }
  const [text] = await once(room, 'message');
  if (text !== 'hello' || log() !== id) throw new Error('another flow');
});
