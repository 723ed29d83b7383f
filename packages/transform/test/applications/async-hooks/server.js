import { AsyncResource, executionAsyncId } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Pool } from './pool.cjs';
import { currentUser, withUser } from './user.js';

const pool = new Pool(2);

async function load(name) {
  await readFile(new URL(import.meta.url));
  const waited = await pool.run(() => currentUser());
  return `${name} of ${currentUser()}, ${waited}`;
}

const server = createServer((request, response) => {
  withUser(request.headers['x-user'], async () => {
    const fromTimer = new Promise((resolve) => {
      setTimeout(
        AsyncResource.bind(() => resolve(currentUser())),
        5,
      );
    });
    const lines = await Promise.all([load('cart'), load('orders'), fromTimer]);
    lines.push(`nested ${withUser('guest', currentUser)}`, `again ${currentUser()}`, typeof executionAsyncId());
    response.end(`${lines.join('\n')}\n`);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
