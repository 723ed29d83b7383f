/** Sessions over node:http2, whose response is another class with methods of the same names. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { session } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import { SECRET } from './sessions/session-server.js';

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => unknown;

interface Http2Response {
  readonly status: number | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
}

async function withClient(handler: Handler, use: (client: ClientHttp2Session) => Promise<void>): Promise<void> {
  const storedSessions = sessions({ secret: SECRET, store: new Map() });
  const server = createServer(
    requestScope<Http2ServerRequest, Http2ServerResponse>(handler, { session: storedSessions }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    await use(client);
  } finally {
    client.destroy();
    server.close();
  }
}

async function sendRequest(client: ClientHttp2Session, path: string, cookie = ''): Promise<Http2Response> {
  const stream = client.request({ ':path': path, cookie });
  const [headers] = await once(stream, 'response');
  return { status: headers[':status'], cookies: headers['set-cookie'] ?? [], body: await text(stream) };
}

const countVisits: Handler = async (request, response) => {
  session<{ count: number }>().update('count', (count = 0) => count + 1);
  const body = `${session().get('count')}`;
  if (request.url === '/end') response.end(body);
  if (request.url === '/head') response.writeHead(201, { 'x-one': '1' }).end(body);
  if (request.url === '/stream') {
    if (!response.write(body)) await once(response, 'drain');
    response.end(' more');
  }
};

test('an http2 response carries the cookie, whichever methods write it', async () => {
  await withClient(countVisits, async (client) => {
    const first = await sendRequest(client, '/end');
    assert.equal(first.body, '1');
    assert.match(first.cookies[0] ?? '', /^sid=/);
    const cookie = first.cookies[0]?.split(';')[0] ?? '';
    const head = await sendRequest(client, '/head', cookie);
    assert.deepEqual([head.status, head.body, head.cookies.length], [201, '2', 1]);
    const stream = await sendRequest(client, '/stream', cookie);
    assert.deepEqual([stream.body, stream.cookies.length], ['3 more', 1]);
  });
});

test('many streams of one connection each use the session of their own user', async () => {
  await withClient(countVisits, async (client) => {
    const users = await Promise.all(Array.from({ length: 20 }, () => sendRequest(client, '/end')));
    const cookies = users.map(({ cookies }) => cookies[0]?.split(';')[0] ?? '');
    assert.equal(new Set(cookies).size, 20);
    await Promise.all(
      cookies.flatMap((cookie, i) => Array.from({ length: i % 5 }, () => sendRequest(client, '/stream', cookie))),
    );
    const counts = await Promise.all(cookies.map(async (cookie) => (await sendRequest(client, '/end', cookie)).body));
    assert.deepEqual(
      counts,
      cookies.map((_, i) => `${2 + (i % 5)}`),
    );
  });
});
