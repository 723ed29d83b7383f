// expects: lost callback, another, line 17
/** Writes that wait in a stream are called back from the flow whose write has ended. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const file = new Writable({
  write(_chunk, _encoding, done) {
    setTimeout(done, 1);
  },
});
await interleave(
  requests,
  (id) =>
    new Promise((resolve) =>
      file.write(`line ${id}\n`, () => {
        resolve(requests.getStore());
      }),
    ),
);
