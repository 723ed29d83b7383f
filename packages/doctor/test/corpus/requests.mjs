/** Sends requests to a server at the same time, checks the responses, and closes the server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';

/**
 * @param {import('node:http').Server} server it listens on 127.0.0.1
 * @param {number} count
 * @param {(body: any) => boolean} isRight
 */
export async function request(server, count, isRight) {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const headers = { 'content-type': 'application/json' };
  for (let round = 0; round < 2; round++) {
    const bodies = await Promise.all(
      Array.from({ length: count }, async () => {
        const response = await fetch(url, { method: 'POST', headers, body: '{"list":[1,2]}' });
        return response.json();
      }),
    );
    assert.ok(bodies.every(isRight), JSON.stringify(bodies));
  }
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
