import assert from 'node:assert/strict';
import { test } from 'node:test';

const port = 20_000 + (process.pid % 20_000); // test runs at the same time have other ports
process.env.PORT = String(port);
await import('./server.ts');

async function order(user: string, item: string): Promise<string> {
  const response = await fetch(`http://localhost:${port}/order?${new URLSearchParams({ user, item })}`);
  return response.text();
}

test('two users who order at the same time get their own items', async () => {
  const texts = await Promise.all([order('Ada', 'book'), order('Bob', 'lamp')]);
  assert.deepEqual(texts, ['book for Ada\n', 'lamp for Bob\n']);
});
