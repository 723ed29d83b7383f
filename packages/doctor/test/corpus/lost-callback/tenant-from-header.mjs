// expects: lost callback, another, line 24
/** Fastify: a hook enters the tenant at once, and the route waits for a batch of the module. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fastify from 'fastify';

const tenants = new AsyncLocalStorage();
const batch = new Map();
function price(product, callback) {
  if (batch.size === 0) {
    setTimeout(() => {
      const callbacks = [...batch.values()].flat();
      batch.clear();
      for (const call of callbacks) call(9);
    }, 5);
  }
  batch.set(product, [...(batch.get(product) ?? []), callback]);
}
const app = fastify();
app.addHook('onRequest', (request, _, next) => {
  tenants.enterWith(request.headers['x-tenant']);
  next();
});
app.get('/:product', (request, reply) => {
  price(request.params.product, (amount) => {
    reply.send({ amount, tenant: tenants.getStore() ?? null });
  });
});
await Promise.all(['a', 'b', 'c'].map((tenant) => app.inject({ url: '/book', headers: { 'x-tenant': tenant } })));
await app.close();
