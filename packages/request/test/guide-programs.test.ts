/** Runs the programs of docs/request.md. Only their port is replaced with a free one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const page = readFileSync(new URL('../../../../docs/request.md', import.meta.url), 'utf8');

/** The programs, each under the heading of its framework. */
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

test('docs/request.md has a program for each framework', () => {
  const names = programs.map(({ framework }) => framework);
  assert.deepEqual(names, ['node:http and http2', 'Express', 'Fastify', 'Koa', 'Hono', 'h3', 'Nest']);
});

for (const { framework, program } of programs) {
  test(`the program for ${framework} responds with the id of the request`, async () => {
    const port = await freePort();
    // The file is written into this package, so that its imports of the package resolve.
    const file = fileURLToPath(new URL(`docs-${framework.replace(/\W+/g, '-')}.mjs`, import.meta.url));
    writeFileSync(file, program.replace('8080', `${port}`));
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errorOutput = '';
    child.stderr.on('data', (text) => {
      errorOutput += text;
    });
    try {
      const response = await fetchUntilUp(`http://localhost:${port}/`, () => {
        if (child.exitCode !== null) throw new Error(`The program has exited: ${errorOutput}`);
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

/**
 * Repeats a request until the server listens.
 * @param assertRunning throws if the server will never listen
 */
async function fetchUntilUp(url: string, assertRunning: () => void): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url);
    } catch {
      assertRunning();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
