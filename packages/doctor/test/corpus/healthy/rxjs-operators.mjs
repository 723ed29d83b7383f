// expects: none
/** Operators of rxjs in one flow, and streams of Node that each flow makes for itself. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bufferCount, delay, from, lastValueFrom, map, mergeMap } from 'rxjs';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
await interleave(requests, async (id) => {
  const isOwn = () => requests.getStore().id === id;
  const results = from([1, 2, 3]).pipe(
    mergeMap((x) =>
      from([x]).pipe(
        delay(1),
        map((y) => (isOwn() ? y : -1)),
      ),
    ),
    bufferCount(3),
  );
  if ((await lastValueFrom(results)).includes(-1)) throw new Error('another flow');
  const upper = new Transform({
    transform(chunk, _, done) {
      setImmediate(done, null, isOwn() ? String(chunk).toUpperCase() : '-');
    },
  });
  let text = '';
  await pipeline(Readable.from(['a', 'b']), upper, async (source) => {
    for await (const chunk of source) text += chunk;
  });
  if (text !== 'AB') throw new Error(text);
});
