// expects: lost callback, missing, line 13
/** A listener that is right the first time, and lost from then on. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const progress = new EventEmitter();
await interleave(
  requests,
  () => {
    const last = { percent: -1 };
    progress.on('progress', (percent) => {
      last.percent = percent + (requests.getStore()?.id ?? 0);
    });
    progress.emit('progress', 0);
  },
  1,
);
progress.emit('progress', 50);
progress.emit('progress', 100);
