/** `propagatingHttp()` and `propagatingHttps()`, with real servers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Agent, type ClientRequest, createServer, type IncomingMessage, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, it } from 'node:test';
import { Propagated, withDeadline } from '@throughline/propagation';
import {
  type PropagatingClient,
  type PropagatingHttpOptions,
  propagatingHttp,
  propagatingHttps,
} from '@throughline/propagation/node-http';
import { type LocalServer, type ReceivedRequest, redirectFrom, startEchoServer } from './local-servers.js';

const tenant = new Propagated<string>('tenant');

let allowed: LocalServer;
let other: LocalServer;
let client: PropagatingClient;

before(async () => {
  allowed = await startEchoServer();
  other = await startEchoServer();
  client = propagatingHttp({ to: [allowed.origin] });
});
afterEach(() => {
  allowed.requests.length = 0;
  other.requests.length = 0;
});
after(() => Promise.all([allowed.close(), other.close()]));

async function received(sent: ClientRequest): Promise<ReceivedRequest> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return JSON.parse(await text(response)) as ReceivedRequest;
}

function addressOf({ origin }: LocalServer): { hostname: string; port: string } {
  const { hostname, port } = new URL(origin);
  return { hostname, port };
}

describe('where values go', () => {
  it('to an allowed origin, in each form of the arguments', async () => {
    const { hostname, port } = addressOf(allowed);
    const forms: readonly (() => ClientRequest)[] = [
      () => client.get(allowed.origin),
      () => client.get(new URL(allowed.origin)),
      () => client.get({ hostname, port }),
      () => client.get({ host: hostname, port: Number(port) }),
      () => client.get(allowed.origin, { agent: new Agent() }),
      () => client.get('http://localhost/', { hostname, port }),
      () => client.request(allowed.origin, { method: 'POST' }).end(),
      () => client.request({ hostname, port, method: 'PUT' }).end('body'),
    ];
    for (const [index, form] of forms.entries()) {
      assert.equal((await received(tenant.run('acme', form))).headers.baggage, 'tenant=acme', `form ${index}`);
    }
  });

  it('to the URL of another realm, which Node accepts too', async () => {
    const url = new URL(allowed.origin);
    const members = [
      'href',
      'protocol',
      'hostname',
      'port',
      'pathname',
      'search',
      'hash',
      'username',
      'password',
    ] as const;
    const foreign = Object.create(
      Object.defineProperties({}, Object.fromEntries(members.map((name) => [name, { get: () => url[name] }]))),
    ) as URL;
    for (const form of [() => client.get(foreign), () => client.get(foreign, { headers: { 'x-own': 'own' } })]) {
      assert.equal((await received(tenant.run('acme', form))).headers.baggage, 'tenant=acme');
    }
  });

  it('the callback gets the response', async () => {
    for (const start of [
      (callback: (response: IncomingMessage) => void) => client.get(allowed.origin, callback),
      (callback: (response: IncomingMessage) => void) => client.get(allowed.origin, {}, callback),
      (callback: (response: IncomingMessage) => void) => client.get(addressOf(allowed), callback),
    ]) {
      const response = await new Promise<IncomingMessage>((resolve) => tenant.run('acme', () => start(resolve)));
      assert.equal((JSON.parse(await text(response)) as ReceivedRequest).headers.baggage, 'tenant=acme');
    }
  });

  it('not to another host or port, even if the URL or the header host names an allowed one', async () => {
    const { port } = addressOf(allowed);
    const forms: readonly (() => ClientRequest)[] = [
      () => client.get(other.origin),
      () => client.get(addressOf(other)),
      () => client.get(allowed.origin, addressOf(other)),
      () => client.get(other.origin, { headers: { host: new URL(allowed.origin).host } }),
      () => client.get({ host: 'localhost', port }),
    ];
    for (const [index, form] of forms.entries()) {
      assert.equal((await received(tenant.run('acme', form))).headers.baggage, undefined, `form ${index}`);
    }
  });

  it('not through a Unix socket, which has no origin', { skip: process.platform === 'win32' }, async () => {
    const socketPath = join(tmpdir(), `throughline-${process.pid}.sock`);
    const server = createServer((request, response) => response.end(JSON.stringify({ headers: request.headers })));
    server.listen(socketPath);
    await once(server, 'listening');
    try {
      const sent = tenant.run('acme', () => client.get(allowed.origin, { socketPath }));
      assert.equal((await received(sent)).headers.baggage, undefined);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(socketPath, { force: true });
    }
  });

  it('a redirect is a response, which carries nothing further', async () => {
    const sent = tenant.run('acme', () => client.get(redirectFrom(allowed, other.origin)));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 302);
    assert.equal(other.requests.length, 0);
  });

  it('the functions of https send to origins of https', () => {
    const { request } = propagatingHttps({ to: ['https://127.0.0.1:1'] });
    const headersOf = (options: RequestOptions) => {
      const sent = tenant.run('acme', () => request(options)).on('error', () => {});
      sent.destroy();
      return sent.getHeader('baggage');
    };
    assert.equal(headersOf({ host: '127.0.0.1', port: 1 }), 'tenant=acme');
    assert.equal(headersOf({ host: '127.0.0.1', port: 2 }), undefined);
  });
});

describe('what the caller passes', () => {
  it('headers in every form are sent, and not changed', async () => {
    const forms = {
      object: () => ({ 'x-own': 'own', 'X-List': ['a', 'b'], Baggage: 'theirs=1' }),
      'flat array': () => ['host', 'h', 'x-own', 'own', 'X-List', 'a, b', 'BAGGAGE', 'theirs=1'],
    };
    for (const [form, make] of Object.entries(forms)) {
      const options: RequestOptions = { headers: make() as string[] };
      const { headers } = await received(tenant.run('acme', () => client.get(allowed.origin, options)));
      assert.equal(headers['x-own'], 'own', form);
      assert.equal(headers['x-list'], 'a, b', form);
      assert.equal(headers.baggage, 'tenant=acme,theirs=1', form);
      assert.deepEqual(options, { headers: make() }, form);
    }
  });

  it('a header that is repeated keeps all of its values', async () => {
    const headers = ['host', 'h', 'baggage', 'a=1', 'Baggage', 'b=2', 'x-own', 'a', 'x-own', 'b'];
    const sent = await received(tenant.run('acme', () => client.get(allowed.origin, { headers })));
    assert.equal(sent.headers.baggage, 'tenant=acme,a=1,b=2');
    assert.equal(sent.headers['x-own'], 'a, b');
  });

  it('a timeout that was copied from an incoming request is not sent on', async () => {
    const headers = { 'Throughline-Timeout-Ms': '5', baggage: 'tenant=theirs' };
    const sent = await received(client.get(allowed.origin, { headers }));
    assert.deepEqual([sent.headers['throughline-timeout-ms'], sent.headers.baggage], [undefined, undefined]);
  });

  it('the deadline of the flow and a signal of the caller abort the request', async () => {
    const hang = `${allowed.origin}/hang`;
    const [late] = await once(
      withDeadline(50, () => client.get(hang)),
      'error',
    );
    assert.equal((late as { cause?: Error }).cause?.name, 'TimeoutError');
    const controller = new AbortController();
    const sent = withDeadline(60_000, () => client.get(hang, { signal: controller.signal }));
    controller.abort(new Error('not needed any more'));
    const [aborted] = await once(sent, 'error');
    assert.equal((aborted as { cause?: Error }).cause?.message, 'not needed any more');
  });

  it('errors are those of Node', () => {
    assert.throws(() => client.get('no URL'), { code: 'ERR_INVALID_URL' });
    assert.throws(() => client.get('https://127.0.0.1/'), { code: 'ERR_INVALID_PROTOCOL' });
    assert.throws(() => client.get({ hostname: 1 as unknown as string }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => propagatingHttp({} as PropagatingHttpOptions), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => propagatingHttp({ too: [] } as unknown as PropagatingHttpOptions), /Did you mean "to"/);
  });
});
