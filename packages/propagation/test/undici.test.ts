/** `propagatingDispatcher()`, with undici and real servers. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Propagated, withDeadline } from '@throughline/propagation';
import { type PropagatingDispatcherOptions, propagatingDispatcher } from '@throughline/propagation/undici';
import { Agent, Client, type Dispatcher, interceptors, request, fetch as undiciFetch } from 'undici';
import { type LocalServer, type ReceivedRequest, redirectFrom, startEchoServer, startServer } from './local-servers.js';

const tenant = new Propagated<string>('tenant');
const dispatchers: Dispatcher[] = [];

let allowed: LocalServer;
let other: LocalServer;

before(async () => {
  allowed = await startEchoServer();
  other = await startEchoServer();
});
afterEach(async () => {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.destroy()));
  allowed.requests.length = 0;
  other.requests.length = 0;
});
after(() => Promise.all([allowed.close(), other.close()]));

function create(...between: Dispatcher.DispatcherComposeInterceptor[]): Dispatcher {
  const dispatcher = propagatingDispatcher(new Agent(), { to: [allowed.origin] }, ...between);
  dispatchers.push(dispatcher);
  return dispatcher;
}

const baggages = ({ requests }: LocalServer) => requests.map(({ headers }) => headers.baggage);

async function requestAs(
  name: string,
  url: string,
  options: { dispatcher: Dispatcher; headers?: NonNullable<Dispatcher.RequestOptions['headers']> },
): Promise<ReceivedRequest> {
  const { body } = await tenant.run(name, () => request(url, options));
  return (await body.json()) as ReceivedRequest;
}

const redirect = () => interceptors.redirect({ maxRedirections: 5 });

describe('where values go', () => {
  it('to an allowed origin only', async () => {
    const dispatcher = create();
    await requestAs('acme', allowed.origin, { dispatcher });
    await requestAs('acme', other.origin, { dispatcher });
    assert.deepEqual([...baggages(allowed), ...baggages(other)], ['tenant=acme', undefined]);
  });

  it('from a Client, which knows its origin, if the origin is stated', async () => {
    for (const [options, baggage] of [
      [{ to: [allowed.origin], origin: allowed.origin }, 'tenant=acme'],
      [{ to: [allowed.origin], origin: new URL(other.origin) }, undefined],
    ] as const) {
      const client = propagatingDispatcher(new Client(allowed.origin), options);
      dispatchers.push(client);
      const { body } = await tenant.run('acme', () => client.request({ path: '/', method: 'GET' }));
      assert.equal(((await body.json()) as ReceivedRequest).headers.baggage, baggage);
    }
  });
});

describe('requests that an interceptor sends again', () => {
  it('carry the values to an allowed origin, and none elsewhere, wherever the interceptor was composed', async () => {
    for (const dispatcher of [create(redirect()), create().compose(redirect()), create().compose([redirect()])]) {
      await requestAs('acme', redirectFrom(allowed, redirectFrom(other, `${allowed.origin}/`)), { dispatcher });
      assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme']);
      assert.deepEqual(baggages(other), [undefined]);
      allowed.requests.length = 0;
      other.requests.length = 0;
    }
  });

  it('carry those of their own caller, although all of them share one connection', async () => {
    const agent = new Agent({ connections: 1, pipelining: 1 });
    const retry = interceptors.retry({ maxRetries: 2, minTimeout: 10 });
    const dispatcher = propagatingDispatcher(agent, { to: [allowed.origin] }, redirect(), retry);
    dispatchers.push(dispatcher);
    const names = Array.from({ length: 40 }, (_, index) => `tenant-${index}`);
    const received = await Promise.all(
      names.map((name) => requestAs(name, redirectFrom(allowed, `${allowed.origin}/${name}`), { dispatcher })),
    );
    assert.deepEqual(
      received.map(({ path, headers }) => [path, headers.baggage]),
      names.map((name) => [`/${name}`, `tenant=${name}`]),
    );
  });

  it('carry the values after a retry', async () => {
    const server = await startEchoServer();
    const retry = interceptors.retry({ maxRetries: 2, minTimeout: 10 });
    const dispatcher = propagatingDispatcher(new Agent(), { to: [server.origin] }, retry);
    dispatchers.push(dispatcher);
    try {
      const { headers } = await requestAs('acme', `${server.origin}/fail-once`, { dispatcher });
      assert.equal(headers.baggage, 'tenant=acme');
      assert.equal(server.requests.length, 2);
    } finally {
      await server.close();
    }
  });

  it('fetch() of undici follows redirects with the values only where they may go', async () => {
    const dispatcher = create();
    const url = redirectFrom(allowed, redirectFrom(other, `${allowed.origin}/`));
    const response = await tenant.run('acme', () => undiciFetch(url, { dispatcher }));
    assert.equal(((await response.json()) as ReceivedRequest).headers.baggage, 'tenant=acme');
    assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme']);
    assert.deepEqual(baggages(other), [undefined]);
  });
});

describe('responses that an interceptor shares', () => {
  it('belong to requests with the same values, if the server says that they vary with them', async () => {
    const { origin, close } = await startServer((received, response) => {
      response.setHeader('cache-control', 'max-age=60').setHeader('vary', 'baggage');
      setTimeout(() => response.end(`for ${received.headers.baggage}`), 20);
    });
    try {
      for (const [name, interceptor] of Object.entries(sharing())) {
        for (const headers of [{ 'x-own': 'own' }, ['x-own', 'own'], undefined]) {
          const dispatcher = propagatingDispatcher(new Agent(), { to: [origin] }, interceptor);
          const readAs = async (tenantName: string) => {
            const options = { dispatcher, headers: headers as Record<string, string> };
            const { body } = await tenant.run(tenantName, () => request(`${origin}/${name}`, options));
            return body.text();
          };
          assert.equal(await readAs('acme'), 'for tenant=acme', name);
          assert.equal(await readAs('initech'), 'for tenant=initech', name);
          const names = ['umbrella', 'hooli', 'acme'];
          const texts = await Promise.all(names.map(readAs));
          assert.deepEqual(
            texts,
            names.map((tenantName) => `for tenant=${tenantName}`),
            name,
          );
          await dispatcher.destroy();
        }
      }
    } finally {
      await close();
    }
  });
});

/** Interceptors that give the response of one request to another. Undici 7.30 has both. */
function sharing(): Record<string, Dispatcher.DispatcherComposeInterceptor> {
  const { cache, deduplicate } = interceptors;
  return { cache: cache(), deduplicate: deduplicate() };
}

describe('what the caller passes', () => {
  it('is sent to another origin after a redirect as it was passed', async () => {
    const dispatcher = create(redirect());
    const forms = [
      { baggage: 'theirs=1', 'throughline-timeout-ms': '7' },
      ['baggage', 'theirs=1', 'throughline-timeout-ms', '7'],
    ];
    for (const headers of forms) {
      const url = redirectFrom(allowed, `${other.origin}/`);
      const options = { dispatcher, headers: headers as Record<string, string> };
      const received = await withDeadline(60_000, () => requestAs('acme', url, options));
      assert.equal(received.headers.baggage, 'theirs=1');
      assert.equal(received.headers['throughline-timeout-ms'], '7');
      assert.deepEqual(baggages(allowed).splice(0), ['tenant=acme,theirs=1']);
      allowed.requests.length = 0;
    }
  });

  it('headers in every form are sent, and not changed', async () => {
    const dispatcher = create();
    const forms = {
      object: () => ({ 'x-own': 'own', Baggage: 'theirs=1', 'x-list': ['a', 'b'] }),
      'flat array': () => ['x-own', 'own', 'BAGGAGE', 'theirs=1', 'x-list', 'a, b'],
      map: () =>
        new Map<string, string | string[]>([
          ['x-own', 'own'],
          ['x-list', ['a', 'b']],
        ]),
    };
    for (const [form, make] of Object.entries(forms)) {
      const headers = make();
      const received = await requestAs('acme', allowed.origin, { dispatcher, headers: headers as string[] });
      assert.equal(received.headers['x-own'], 'own', form);
      assert.equal(received.headers['x-list'], 'a, b', form);
      assert.match(received.headers.baggage ?? '', /^tenant=acme(,theirs=1)?$/, form);
      assert.deepEqual(headers, make(), form);
    }
  });

  it('the deadline of the flow aborts the request, and a signal of the caller does too', async () => {
    const dispatcher = create();
    const hang = `${allowed.origin}/hang`;
    await assert.rejects(
      withDeadline(50, () => request(hang, { dispatcher })),
      { name: 'TimeoutError' },
    );
    await assert.rejects(
      withDeadline(50, () => undiciFetch(hang, { dispatcher })),
      (error: Error) => error.name === 'TimeoutError' || (error.cause as Error | undefined)?.name === 'TimeoutError',
    );
    const controller = new AbortController();
    const pending = withDeadline(60_000, () => request(hang, { dispatcher, signal: controller.signal }));
    setTimeout(() => controller.abort(new Error('not needed any more')), 50);
    await assert.rejects(pending, { message: 'not needed any more' });
  });

  it('a request within its deadline succeeds', async () => {
    const dispatcher = create(redirect());
    const { headers } = await withDeadline(60_000, () =>
      requestAs('acme', redirectFrom(allowed, `${allowed.origin}/`), { dispatcher }),
    );
    assert.ok(Number(headers['throughline-timeout-ms']) > 0);
  });

  it('invalid options are refused', () => {
    const refuse = (options: object, code: string) =>
      assert.throws(() => propagatingDispatcher(new Agent(), options as PropagatingDispatcherOptions), { code });
    refuse({}, 'ERR_INVALID_ARG_TYPE');
    refuse({ to: ['nowhere'] }, 'ERR_INVALID_ARG_VALUE');
    refuse({ to: [], orgin: '' }, 'ERR_INVALID_ARG_VALUE');
  });
});

it('undici 6 follows redirects with the values only where they may go, and aborts at the deadline', async () => {
  const undici6 = (await import('undici6' as string)) as typeof import('undici');
  const agent = new undici6.Agent({ connections: 1 });
  const dispatcher = propagatingDispatcher(agent, { to: [allowed.origin] }).compose(
    undici6.interceptors.redirect({ maxRedirections: 5 }),
  );
  dispatchers.push(dispatcher);
  const send = (name: string, url: string) => tenant.run(name, () => undici6.request(url, { dispatcher }));
  const names = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
  const received = await Promise.all(
    names.map(async (name) => {
      const { body } = await send(name, redirectFrom(allowed, `${allowed.origin}/`));
      return ((await body.json()) as ReceivedRequest).headers.baggage;
    }),
  );
  assert.deepEqual(
    received,
    names.map((name) => `tenant=${name}`),
  );
  const { body } = await send('acme', redirectFrom(allowed, `${other.origin}/`));
  assert.equal(((await body.json()) as ReceivedRequest).headers.baggage, undefined);
  await assert.rejects(
    withDeadline(50, () => send('acme', `${allowed.origin}/hang`)),
    { name: 'TimeoutError' },
  );
});
