// expects: lost callback, another, line 12
/** A watcher of Vue runs in the flow that changes the value. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ref, watch } from 'vue';
import { interleave } from '../flows.mjs';

const sessions = new AsyncLocalStorage();
const stock = ref(10);
await interleave(sessions, async (id) => {
  const messages = [];
  await new Promise((resolve) => {
    const stop = watch(stock, (left) => {
      messages.push(`${left} left for ${sessions.getStore()?.id}`);
      stop();
      resolve();
    });
    if (id === 5) stock.value -= 1;
  });
});
