// expects: lost callback, another, line 14
/** Four requests listen for changes, and three others make them: each listener is called by several flows, not by its own. */
import { AsyncLocalStorage } from 'node:async_hooks';
import mitt from 'mitt';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const changes = mitt();
const seen = [];
await interleave(
  requests,
  async (id) => {
    if (id < 4) {
      changes.on('change', (change) => {
        seen.push([change, requests.getStore().id]);
      });
    } else {
      await null;
      changes.emit('change', id);
    }
  },
  7,
);
