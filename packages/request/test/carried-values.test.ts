/** Values that requests carry, with a function that knows nothing of another package. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { type CarriedValues, type CarrierRequest, getRequestScope, tryGetRequestScope } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as httpScope } from '@throughline/request/http';
import { requestScope as webScope } from '@throughline/request/web';
import express from 'express';
import { AsyncLocalStorage } from 'throughline';
import { sendRequest } from './http/client.js';
import { listen, withServer } from './http/server.js';
import { Pair } from './two-requests.js';

const user = new AsyncLocalStorage<string | undefined>();

/** Reads the header `user`, and a signal that the test aborts. */
const reader =
  (signal?: AbortSignal) =>
  ({ header }: CarrierRequest): CarriedValues => {
    const value = header('user');
    return { run: (fn, ...args) => user.run(value, fn, ...args), signal };
  };

test('a storage without the option keeps its own run()', async () => {
  const handler = webScope(() => new Response('ok'));
  await handler(new Request('http://localhost/'));
  const { scopeStorage } = Reflect.get(globalThis, Symbol.for('@throughline/request.layout.1'));
  assert.equal(Object.hasOwn(scopeStorage, 'run'), false);
});

test('each of two requests has its values after the first one has called both back', async () => {
  const pair = new Pair();
  const app = express();
  app.use(expressScope({ propagation: reader() }));
  app.use((_request, _response, next) => pair.join(() => next()));
  app.get('/:name', (_, response) => void response.send(`${user.getStore()}`));
  await withServer(listen(createServer(app)), async (server) => {
    const send = async (name: string) =>
      (await sendRequest(server, { path: `/${name}`, headers: { user: name } })).body;
    assert.deepEqual(await Promise.all(['ada', 'bob'].map(send)), ['ada', 'bob']);
  });
});

test('what the application sets while the scope is current remains', async () => {
  const app = express();
  app.use(expressScope({ propagation: reader() }));
  app.use((_request, _response, next) => user.run('set since', () => next()));
  app.get('/', (_, response) => void response.send(`${user.getStore()}`));
  await withServer(listen(createServer(app)), async (server) =>
    assert.equal((await sendRequest(server, { path: '/', headers: { user: 'ada' } })).body, 'set since'),
  );
});

test('an adapter that is mounted twice reads the values once', async () => {
  let reads = 0;
  const propagation = (request: CarrierRequest) => {
    reads++;
    return reader()(request);
  };
  const app = express();
  app.use(expressScope({ propagation }), expressScope({ propagation }));
  app.get('/', (_, response) => void response.send(`${user.getStore()}`));
  const server = httpScope(app as never, { propagation });
  await withServer(listen(createServer(server)), async (running) =>
    assert.equal((await sendRequest(running, { path: '/', headers: { user: 'ada' } })).body, 'ada'),
  );
  assert.equal(reads, 1);
});

test('the signal of the values aborts that of the scope, with its reason, unless a deadline has before', async () => {
  for (const isAborted of [false, true]) {
    const controller = new AbortController();
    const reason = new Error('the caller has canceled');
    if (isAborted) controller.abort(reason);
    const handler = webScope(
      async () => {
        const { signal } = getRequestScope();
        assert.equal(signal.aborted, isAborted);
        controller.abort(reason);
        return new Response(`${signal.reason === reason}`);
      },
      { propagation: reader(controller.signal), deadline: 60_000 },
    );
    assert.equal(await (await handler(new Request('http://localhost/'))).text(), 'true');
  }
  const late = webScope(
    async () => {
      const { signal } = getRequestScope();
      // The timer of the deadline does not keep the process alive.
      const working = setInterval(() => {}, 1000);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      clearInterval(working);
      return new Response(signal.reason.name);
    },
    { propagation: reader(new AbortController().signal), deadline: 20 },
  );
  assert.equal(await (await late(new Request('http://localhost/'))).text(), 'TimeoutError');
});

test('a request is served without values if the function throws, and a warning has the error', async (context) => {
  const warn = context.mock.method(console, 'warn', () => {});
  const error = new Error('expected');
  const propagation = () => {
    throw error;
  };
  const handler = webScope(() => new Response(`${user.getStore()} ${tryGetRequestScope() !== undefined}`), {
    propagation,
  });
  assert.equal(await (await handler(new Request('http://localhost/'))).text(), 'undefined true');
  assert.deepEqual(
    warn.mock.calls.map(({ arguments: args }) => args[1]),
    [error],
  );
});

test('the function gets the address of the client from servers that know it', async () => {
  const addresses: (string | undefined)[] = [];
  const propagation = (request: CarrierRequest) => {
    addresses.push(request.remoteAddress);
    return reader()(request);
  };
  await withServer(
    listen(createServer(httpScope((_request, response) => response.end('ok'), { propagation }))),
    (server) => sendRequest(server, { path: '/' }),
  );
  await webScope(() => new Response('ok'), { propagation })(new Request('http://localhost/'));
  assert.match(`${addresses[0]}`, /127\.0\.0\.1|::1/);
  assert.equal(addresses[1], undefined);
});
