// expects: lost callback, missing, line 13
/** A handler of Hono enters its tenant, and starts work that a channel of the module reports. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Hono } from 'hono';
import mitt from 'mitt';

const tenants = new AsyncLocalStorage();
const channel = mitt();
const app = new Hono();
app.get('/:tenant', async (context) => {
  tenants.enterWith(context.req.param('tenant'));
  const name = await new Promise((resolve) => {
    channel.on('done', () => resolve(tenants.getStore() ?? 'none'));
  });
  return context.text(name);
});
const timer = setInterval(() => channel.emit('done'), 3);
await Promise.all(['a', 'b'].map(async (tenant) => (await app.request(`/${tenant}`)).text()));
clearInterval(timer);
