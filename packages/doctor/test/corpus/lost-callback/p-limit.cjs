// expects: lost callback, another, line 12
/** p-limit 3 starts a waiting function when another flow has finished its own. */
const { AsyncLocalStorage } = require('node:async_hooks');
const { setTimeout: wait } = require('node:timers/promises');
const pLimit = require('p-limit');

const requests = new AsyncLocalStorage();
const limit = pLimit(1);
async function main() {
  const { interleave } = await import('../flows.mjs');
  await interleave(requests, async (id) => {
    await limit(async () => {
      await wait(1);
      return requests.getStore().id + id;
    });
  });
}
module.exports = main();
