/** The programs of docs/request.md, run as they stand there, on a free port. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const page = readFileSync(new URL('../../../../docs/request.md', import.meta.url), 'utf8');

/** Each is under the heading of its framework. */
const programs = page
  .split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const program = /```js\n(\/\/ server\.js\n[\s\S]*?)```/.exec(section)?.[1];
    return program === undefined ? [] : [{ framework: section.split('\n', 1)[0] ?? '', program }];
  });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

test('the page has a program for each framework', () => {
  const names = programs.map(({ framework }) => framework);
  assert.deepEqual(names, ['node:http and http2', 'Express', 'Fastify', 'Koa', 'Hono', 'h3', 'Nest']);
});

for (const { framework, program } of programs) {
  test(`the program for ${framework} says hello from the request that it answers`, async () => {
    const port = await freePort();
    // In this package, so that its own name leads to it.
    const file = fileURLToPath(new URL(`docs-${framework.replace(/\W+/g, '-')}.mjs`, import.meta.url));
    writeFileSync(file, program.replace('8080', `${port}`));
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    try {
      const response = await answer(`http://localhost:${port}/`, () => {
        if (child.exitCode !== null) throw new Error(`The program has ended: ${said}`);
      });
      assert.equal(response.status, 200);
      const id = response.headers.get('x-request-id') ?? '';
      assert.match(id, /^[\da-f-]{36}$/);
      assert.equal(await response.text(), `Hello from ${id}\n`);
    } finally {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(file);
    }
  });
}

/** @param check throws where no answer will come any more */
async function answer(url: string, check: () => void): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url);
    } catch {
      check();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
