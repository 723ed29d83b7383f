// expects: lost callback, another, line 12
/** A reaction of bluebird runs in the flow that settles the promise. */
import { AsyncLocalStorage } from 'node:async_hooks';
import Bluebird from 'bluebird';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
let settle;
const ready = new Bluebird((resolve) => {
  settle = resolve;
});
const report = (id) => ready.then((value) => [id, value, requests.getStore().id]);
await interleave(requests, async (id) => {
  if (id === 5) settle('ready');
  await report(id);
});
