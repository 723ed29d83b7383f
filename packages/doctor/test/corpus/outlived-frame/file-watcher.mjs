// expects: outlived frame, held, line 12
/** Each request watches the file of settings, and leaves its watcher open. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { interleave } from '../flows.mjs';
import { untilOutlived } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const watchers = [];
await interleave(requests, async () => {
  watchers.push(watch(fileURLToPath(import.meta.url), () => requests.getStore()));
});
await untilOutlived(import.meta.url);
for (const watcher of watchers) watcher.close();
