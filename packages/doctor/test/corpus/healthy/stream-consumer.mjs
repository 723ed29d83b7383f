// expects: none
/** A parser of lines serves all requests in order. Streams pass each line on in the flow that writes it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { PassThrough } from 'node:stream';
import split from 'split2';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const replies = [];
let device;
function connect() {
  const input = new PassThrough();
  input.pipe(split()).on('data', (line) => replies.shift()(line));
  return input;
}
function command(text, onReply) {
  device ??= connect();
  replies.push(onReply);
  device.write(`${text}\n`);
}

await interleave(requests, async (id) => {
  for (const step of [1, 2]) {
    await new Promise((resolve) => {
      command(`${step} of ${id}`, function onReply(line) {
        resolve([line, requests.getStore()?.id]);
      });
    });
  }
});
