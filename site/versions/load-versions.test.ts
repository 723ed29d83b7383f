import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { loadVersions } from './load-versions.js';

const server = createServer(({ url }, response) => {
  if (url !== '/docs/versions.json') response.writeHead(404).end();
  else response.end('[{ "name": "1.0.0", "path": "" }, { "name": "0.9.0", "path": "v/0.9.0/" }]');
});
let origin: string;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

test('each version links to its start page, and the one of the reader is marked', async () => {
  const root = `${origin}/docs/`;
  assert.deepEqual(await loadVersions(root, `${root}v/0.9.0/`), [
    { name: '1.0.0', href: root, isCurrent: false },
    { name: '0.9.0', href: `${root}v/0.9.0/`, isCurrent: true },
  ]);
});

test('a missing list is an error, so that the switch keeps the version that it knows', async () => {
  await assert.rejects(loadVersions(`${origin}/`, '/'), /responded with 404/);
});
