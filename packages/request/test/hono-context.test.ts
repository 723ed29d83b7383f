import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextStorage, getContext, tryGetContext } from '@throughline/request/hono';
import { expectTypeOf } from 'expect-type';
import { Hono } from 'hono';

interface Env {
  Variables: { user: string };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 10));

test('20 concurrent requests each read their own context', async () => {
  const app = new Hono<Env>();
  app.use(contextStorage());
  app.use(async (context, next) => {
    context.set('user', context.req.query('user') ?? '');
    await pause();
    await next();
  });
  const read = async () => {
    await pause();
    return `${getContext<Env>().var.user} at ${tryGetContext()?.req.path}`;
  };
  app.get('/cart', async (context) => context.text(await read()));
  const texts = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => (await app.request(`/cart?user=u${index}`)).text()),
  );
  assert.deepEqual(
    texts,
    texts.map((_, index) => `u${index} at /cart`),
  );
});

test('a request that a handler sends to its own application has its own context', async () => {
  const app = new Hono();
  app.use(contextStorage());
  app.get('/inner', (context) => context.text(getContext().req.path));
  app.get('/outer', async (context) => {
    const response = await app.request('/inner');
    return context.text(`${await response.text()} ${getContext().req.path}`);
  });
  assert.equal(await (await app.request('/outer')).text(), '/inner /outer');
});

test('outside of a request there is no context, and the error names the remedies', () => {
  assert.equal(tryGetContext(), undefined);
  assert.throws(getContext, /no current Hono context\. Mount contextStorage\(\).*use tryGetContext\(\)/);
});

test('the functions have the types of hono/context-storage', async () => {
  const original = await import('hono/context-storage');
  expectTypeOf(contextStorage).toEqualTypeOf<typeof original.contextStorage>();
  expectTypeOf(getContext<Env>).toEqualTypeOf<typeof original.getContext<Env>>();
  expectTypeOf(tryGetContext<Env>).toEqualTypeOf<typeof original.tryGetContext<Env>>();
});
