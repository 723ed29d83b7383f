// expects: lost callback, missing, line 15
/** A feed is an async generator that waits for events, for which it registers a callback in the flow of its reader. */
import { AsyncLocalStorage } from 'node:async_hooks';
import mitt from 'mitt';
import { interleave } from '../flows.mjs';

const readers = new AsyncLocalStorage();
const events = mitt();
const timer = setInterval(() => events.emit('event', 1), 1);
async function* feed() {
  let number = 0;
  while (number < 2) {
    const last = number;
    yield await new Promise((resolve) => {
      const onEvent = (change) => {
        events.off('event', onEvent);
        resolve([last, change, readers.getStore()?.id]);
      };
      events.on('event', onEvent);
    });
    number += 1;
  }
}
await interleave(readers, async () => {
  const seen = [];
  for await (const event of feed()) seen.push(event);
  return seen;
});
clearInterval(timer);
