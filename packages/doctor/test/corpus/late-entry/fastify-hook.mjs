// expects: late entry, missing, line 15
/** A hook of Fastify enters the user after it has loaded it. The handler does not see what a hook enters after an await. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import fastify from 'fastify';

const users = new AsyncLocalStorage();
const app = fastify();
async function loadUser(token) {
  await wait(1);
  return { name: `user of ${token}` };
}
app.addHook('preHandler', async (request) => {
  const user = await loadUser(request.query.token);
  users.enterWith(user);
});
app.get('/', async () => {
  await wait(1);
  return { name: users.getStore()?.name ?? null };
});
await Promise.all(['a', 'b', 'c'].map((token) => app.inject(`/?token=${token}`)));
await app.close();
