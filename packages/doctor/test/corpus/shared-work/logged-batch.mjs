// expects: shared work, another, line 9
/** A logger reads the flow within the batch. */
import { AsyncLocalStorage } from 'node:async_hooks';
import DataLoader from 'dataloader';
import pino from 'pino';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const log = pino({ mixin: () => requests.getStore() ?? {} }, { write: () => undefined });
const rows = new DataLoader(async (ids) => {
  log.info('select');
  return ids;
});
await interleave(requests, async (id) => {
  await null;
  await rows.load(id);
});
