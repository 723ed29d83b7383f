// expects: lost callback, another, line 16
/** The reactions of RSVP are called by one job for all promises, in the flow that scheduled it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import RSVP from 'rsvp';
import { interleave } from '../flows.mjs';

const tenants = new AsyncLocalStorage();
function load(name) {
  return new RSVP.Promise((resolve) => resolve(`row of ${name}`));
}

await interleave(tenants, (id) => {
  const tenant = tenants.getStore();
  return new Promise((resolve, reject) => {
    load(tenant.id)
      .then((row) => {
        const isOwn = tenants.getStore() === tenant;
        resolve([id, row, isOwn]);
      })
      .catch(reject);
  });
});
