// expects: late entry, missing, line 9 (Node 24 and newer)
/** The same in Hono, with a helper of a helper. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Hono } from 'hono';

const tenants = new AsyncLocalStorage();
const readTenant = async (context) => context.req.query('tenant');
async function enterTenant(context) {
  tenants.enterWith(await readTenant(context));
}
const app = new Hono();
app.use(async (context, next) => {
  await enterTenant(context);
  await next();
});
app.get('/', (context) => context.text(String(tenants.getStore())));
await Promise.all(['a', 'b', 'c'].map(async (tenant) => (await app.request(`/?tenant=${tenant}`)).text()));
