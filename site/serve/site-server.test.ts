import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type SiteServer, startSiteServer } from './site-server.js';

const parent = mkdtempSync(join(tmpdir(), 'throughline-site-'));
const folder = join(parent, 'site');
let server: SiteServer;

before(async () => {
  mkdirSync(join(folder, 'v/0.1.0'), { recursive: true });
  for (const name of ['index.html', '404.html', 'request.html', 'v/0.1.0.html', 'v/0.1.0/index.html', 'icon.svg']) {
    writeFileSync(join(folder, name), name);
  }
  writeFileSync(join(parent, 'secret.txt'), 'secret');
  server = await startSiteServer(folder, { base: '/docs/' });
});
after(async () => {
  await server.close();
  rmSync(parent, { recursive: true });
});

/** Requests a path as it is: fetch would resolve `..` in it. */
function get(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${server.origin}`, { path }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve(`${response.statusCode} ${response.headers['content-type']} ${Buffer.concat(chunks)}`);
    })
      .on('error', reject)
      .end();
  });
}

test('a page has a path without an extension, and a folder its index', async () => {
  const html = '200 text/html; charset=utf-8';
  assert.equal(await get('/docs/'), `${html} index.html`);
  assert.equal(await get('/docs/request?a=b'), `${html} request.html`);
  assert.equal(await get('/docs/v/0.1.0'), `${html} v/0.1.0.html`);
  assert.equal(await get('/docs/v/0.1.0/'), `${html} v/0.1.0/index.html`);
  assert.equal(await get('/docs/icon.svg'), '200 image/svg+xml icon.svg');
});

test('anything else is the page for missing pages, also outside of the folder and with a broken path', async () => {
  const missing = '404 text/html; charset=utf-8 404.html';
  const paths = [
    '/',
    '/request',
    '/docs/nothing',
    '/docs/v/',
    '/docs/%',
    '//',
    '/docs/../secret.txt',
    '/docs/..%2fsecret.txt',
    '/docs/%2e%2e/secret.txt',
  ];
  for (const path of paths) assert.equal(await get(path), missing, path);
});
