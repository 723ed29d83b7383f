// expects: none
/** A request works for several tenants at the same time, each in a scope inside its own, and collects their results. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const tenants = new AsyncLocalStorage();
await interleave(requests, async (id) => {
  const progress = [];
  const report = (step) => progress.push([requests.getStore().id, tenants.getStore()?.name, step]);
  report('begin');
  const results = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      tenants.run({ name }, async () => {
        report('load');
        await wait(id % 3);
        const rows = [1, 2].map((row) => ({ row, tenant: tenants.getStore().name }));
        report('done');
        return rows.every(({ tenant }) => tenant === name);
      }),
    ),
  );
  report('end');
  if (results.includes(false) || progress.some(([request]) => request !== id)) throw new Error('another flow');
});
