// expects: outlived frame, held, line 12
/** A listener that is bound to the request, on an emitter that lives as long as the process. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const settings = new EventEmitter();
await interleave(requests, async () => {
  const listener = AsyncLocalStorage.bind(() => requests.getStore().id);
  settings.on('change', listener);
  await wait(1);
});
await untilOutlived(import.meta.url);
settings.removeAllListeners();
