/** `propagatingFetch()`, with the `fetch` of Node and real servers. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { Propagated, withDeadline } from '@throughline/propagation';
import { propagatingFetch } from '@throughline/propagation/fetch';
import { requestScope } from '@throughline/request/web';
import { type LocalServer, type ReceivedRequest, redirectFrom, startEchoServer, startServer } from './local-servers.js';

const tenant = new Propagated<string>('tenant');

let allowed: LocalServer;
let other: LocalServer;
let propagating: typeof fetch;

before(async () => {
  allowed = await startEchoServer();
  other = await startEchoServer();
  propagating = propagatingFetch({ to: [allowed.origin] });
});
after(() => Promise.all([allowed.close(), other.close()]));
afterEach(() => {
  allowed.requests.length = 0;
  other.requests.length = 0;
});

const baggages = ({ requests }: LocalServer) => requests.map(({ headers }) => headers.baggage);

function fetchAs(name: string, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return tenant.run(name, () => propagating(input, init));
}

describe('where values go', () => {
  it('to an allowed origin, also if it is the destination of a Request or a URL', async () => {
    for (const input of [`${allowed.origin}/`, new URL(allowed.origin), new Request(allowed.origin)]) {
      await fetchAs('acme', input);
    }
    assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme', 'tenant=acme']);
  });

  it('not to another origin, of which the allowed one may be a part', async () => {
    await fetchAs('acme', other.origin);
    const { port } = new URL(allowed.origin);
    await fetchAs('acme', `http://localhost:${port}/`);
    await fetchAs('acme', `${other.origin}/?${allowed.origin}`);
    await fetchAs('acme', `http://127.0.0.1:${port}@${new URL(other.origin).host}/`.replace('@', '%40@')).catch(
      () => {},
    );
    assert.deepEqual(new Set([...baggages(other), ...baggages(allowed)]), new Set([undefined]));
  });

  it('to origins that match a pattern, and anywhere if the caller says so', async () => {
    const byPattern = propagatingFetch({ to: [new RegExp(`^${allowed.origin.replaceAll('.', '\\.')}$`, 'g')] });
    const anywhere = propagatingFetch({ to: 'anywhere' });
    await tenant.run('acme', async () => {
      await byPattern(allowed.origin);
      await byPattern(allowed.origin);
      await byPattern(other.origin);
      await anywhere(other.origin);
    });
    assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme']);
    assert.deepEqual(baggages(other), [undefined, 'tenant=acme']);
  });

  it('only those that may go to this destination', async () => {
    const secret = new Propagated<string>('secret', { to: ['https://billing.internal'] });
    await secret.run('s3', () => fetchAs('acme', allowed.origin));
    assert.deepEqual(baggages(allowed), ['tenant=acme']);
  });

  it('two flows at once send their own', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `tenant-${index}`);
    const bodies = await Promise.all(
      names.map(async (name) => {
        const response = await fetchAs(name, redirectFrom(allowed, `${allowed.origin}/`));
        return ((await response.json()) as ReceivedRequest).headers.baggage;
      }),
    );
    assert.deepEqual(
      bodies,
      names.map((name) => `tenant=${name}`),
    );
  });
});

describe('redirects', () => {
  it('an allowed origin gets the values, another one does not, and the first one gets them again', async () => {
    await fetchAs('acme', redirectFrom(allowed, `${allowed.origin}/`));
    assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme']);
    allowed.requests.length = 0;
    await fetchAs('acme', redirectFrom(allowed, redirectFrom(other, `${allowed.origin}/`)));
    assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme']);
    assert.deepEqual(baggages(other), [undefined]);
  });

  it('every status keeps or changes the method, the body and the headers as fetch itself does', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
        for (const target of [allowed, other]) {
          const init: RequestInit = {
            method,
            headers: { authorization: 'Basic x', cookie: 'a=b', 'content-language': 'en', 'x-own': 'own' },
            ...(method !== 'GET' && method !== 'HEAD' && { body: 'the body' }),
          };
          const url = redirectFrom(allowed, `${target.origin}/end`, status);
          const results = [];
          for (const send of [fetch, propagating]) {
            target.requests.length = 0;
            const response = await tenant.run('acme', () => send(url, init));
            const { method: sent, headers, body, path } = target.requests.at(-1) as ReceivedRequest;
            const { baggage: _, connection: _connection, ...others } = headers;
            results.push({
              ...{ sent, body, path, headers: others },
              ...{ status: response.status, url: response.url, redirected: response.redirected },
            });
          }
          assert.deepEqual(results[1], results[0], `${status} ${method}`);
        }
      }
    }
  });

  it('to a relative URL lead there, and a redirect without a location is a response', async () => {
    const response = await fetchAs('acme', `${redirectFrom(allowed, '/end')}#part`);
    assert.equal(response.url, `${allowed.origin}/end`);
    const { status, redirected } = await fetchAs('acme', `${allowed.origin}/redirect?status=302`);
    assert.deepEqual([status, redirected], [302, false]);
  });

  it('the body of a Request is not kept in memory beyond what a redirect can repeat', async () => {
    const chunk = 65_536;
    const count = 320;
    const server = await startServer((received, response) => received.resume().on('end', () => response.end()));
    const { gc } = globalThis as { gc?: () => void };
    /** Returns how many of the chunks were in memory at most, in a process that runs with `--expose-gc`. */
    const upload = async (send: typeof fetch) => {
      let sent = 0;
      let peak = 0;
      const before = process.memoryUsage().arrayBuffers;
      const body = new ReadableStream({
        async pull(controller) {
          await nextTurn();
          if (sent % 100 === 99) {
            gc?.();
            await delay(20);
            gc?.();
            peak = Math.max(peak, (process.memoryUsage().arrayBuffers - before) / chunk);
          }
          if (sent++ === count) controller.close();
          else controller.enqueue(new Uint8Array(chunk));
        },
      });
      await send(new Request(server.origin, { method: 'POST', body, duplex: 'half' } as RequestInit));
      return peak;
    };
    try {
      // Until version 25 of Node, its fetch keeps all that it has sent.
      const plain = await upload(fetch);
      const ours = await tenant.run('acme', () => upload(propagatingFetch({ to: [server.origin] })));
      assert.ok(ours < plain + count / 4, `${ours} of ${count} chunks, and ${plain} without values`);
    } finally {
      await server.close();
    }
  });

  it('the body of a Request is sent again up to a size, and refused beyond', async () => {
    const url = redirectFrom(allowed, redirectFrom(other, `${allowed.origin}/`, 308), 307);
    const small = 'x'.repeat(1_000_000);
    const response = await fetchAs('acme', new Request(url, { method: 'PUT', body: small }));
    assert.equal(((await response.json()) as ReceivedRequest).body, small);
    const large = new Request(url, { method: 'PUT', body: `${small}${small}` });
    await assert.rejects(fetchAs('acme', large), { name: 'TypeError', message: /redirected.*cannot be sent again/ });
  });

  it('the body of a Request is sent again, and a stream is not', async () => {
    const url = redirectFrom(allowed, `${other.origin}/`, 307);
    const response = await fetchAs('acme', new Request(url, { method: 'PUT', body: 'the body' }));
    assert.equal(((await response.json()) as ReceivedRequest).body, 'the body');
    const body = new Blob(['streamed']).stream();
    await assert.rejects(fetchAs('acme', url, { method: 'PUT', body, duplex: 'half' } as RequestInit), {
      name: 'TypeError',
      message: /^fetch failed: PUT .* was redirected, and its body cannot be sent again\.$/,
    });
    assert.deepEqual(baggages(other), [undefined]);
  });

  it('end after 20, and at a URL that is not of HTTP', async () => {
    await assert.rejects(fetchAs('acme', `${allowed.origin}/loop`), {
      name: 'TypeError',
      message: /was redirected more than 20 times/,
    });
    assert.equal(allowed.requests.length, 21);
    await assert.rejects(fetchAs('acme', redirectFrom(allowed, 'data:text/plain,x')), {
      name: 'TypeError',
      message: /which is no URL of HTTP/,
    });
  });

  it('are not followed if the caller does not want it', async () => {
    const url = redirectFrom(allowed, `${other.origin}/`);
    assert.equal((await fetchAs('acme', url, { redirect: 'manual' })).status, 302);
    assert.equal((await fetchAs('acme', new Request(url, { redirect: 'manual' }))).status, 302);
    await assert.rejects(fetchAs('acme', url, { redirect: 'error' }), TypeError);
    assert.deepEqual(baggages(allowed), ['tenant=acme', 'tenant=acme', 'tenant=acme']);
    assert.equal(other.requests.length, 0);
  });
});

describe('what the caller passes', () => {
  it('headers in every form are sent, and not changed', async () => {
    const object = { 'x-own': 'own', BAGGAGE: 'theirs=1' };
    const pairs: [string, string][] = [['x-own', 'own']];
    const headers = new Headers(object);
    for (const own of [object, pairs, headers]) {
      await fetchAs('acme', allowed.origin, { headers: own });
      assert.equal(allowed.requests.at(-1)?.headers['x-own'], 'own');
      assert.match(allowed.requests.at(-1)?.headers.baggage ?? '', /^tenant=acme/);
    }
    assert.deepEqual(object, { 'x-own': 'own', BAGGAGE: 'theirs=1' });
    assert.deepEqual(pairs, [['x-own', 'own']]);
    assert.deepEqual(
      [...headers],
      [
        ['baggage', 'theirs=1'],
        ['x-own', 'own'],
      ],
    );
  });

  it('a signal of the caller aborts the request with its reason, also after a redirect', async () => {
    for (const url of [`${allowed.origin}/hang`, redirectFrom(allowed, `${other.origin}/hang`)]) {
      const controller = new AbortController();
      const pending = fetchAs('acme', url, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('not needed any more')), 50);
      await assert.rejects(pending, { message: 'not needed any more' });
    }
  });

  it('the deadline of the flow aborts the request, to any origin, with or without a signal of the caller', async () => {
    for (const init of [{}, { signal: new AbortController().signal }]) {
      for (const { origin } of [allowed, other]) {
        await assert.rejects(
          withDeadline(50, () => fetchAs('acme', `${origin}/hang`, init)),
          { name: 'TimeoutError' },
        );
      }
    }
    assert.match(allowed.requests[0]?.headers['throughline-timeout-ms'] ?? '', /^\d+$/);
    assert.equal(other.requests[0]?.headers['throughline-timeout-ms'], undefined);
  });

  it('the deadline of the current request aborts the request, and travels with it', async () => {
    const handler = requestScope(
      () =>
        fetchAs('acme', `${allowed.origin}/hang`).then(
          () => new Response('no error'),
          ({ name }: Error) => new Response(name),
        ),
      { deadline: 50 },
    );
    assert.equal(await (await handler(new Request('http://localhost/'))).text(), 'TimeoutError');
    assert.ok(Number(allowed.requests[0]?.headers['throughline-timeout-ms']) <= 50);
  });

  it('errors are those of fetch', async () => {
    for (const input of ['no URL', 'ftp://127.0.0.1/', 'http://127.0.0.1:1/']) {
      const [own, theirs] = await Promise.all(
        [propagating, fetch].map((send) =>
          send(input).then(
            () => assert.fail('no error'),
            (error: Error) => error,
          ),
        ),
      );
      assert.deepEqual([own?.name, own?.message], [theirs?.name, theirs?.message]);
    }
  });
});

describe('options', () => {
  it('another fetch sends the requests', async () => {
    const calls: unknown[] = [];
    const send = propagatingFetch({
      to: ['https://billing.internal'],
      fetch: async (input, init) => {
        calls.push([String(input), new Headers(init?.headers).get('baggage')]);
        return new Response('paid');
      },
    });
    const response = await tenant.run('acme', () => send('https://billing.internal/pay'));
    assert.equal(await response.text(), 'paid');
    assert.deepEqual(calls, [['https://billing.internal/pay', 'tenant=acme']]);
  });

  it('that are invalid are refused', () => {
    const create = (options: unknown) => () => propagatingFetch(options as Parameters<typeof propagatingFetch>[0]);
    assert.throws(create({}), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(create({ to: 'https://billing.internal' }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(create({ to: ['https://billing.internal/path'] }), { code: 'ERR_INVALID_ARG_VALUE' });
    for (const entry of ['billing.internal', 'queue:orders', 'null', '*', '']) {
      assert.throws(create({ to: [entry] }), { code: 'ERR_INVALID_ARG_VALUE', message: /is not an origin/ });
    }
    assert.throws(create({ to: [], fetsch: fetch }), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /Did you mean "fetch"/,
    });
    assert.throws(create({ to: [], fetch: 1 }), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('in a browser, where a redirect is opaque', () => {
  /** As a browser responds to a redirect that is not followed: https://fetch.spec.whatwg.org/#concept-filtered-response */
  function browserFetch(calls: unknown[]): typeof fetch {
    return async (_input, init) => {
      calls.push([init?.redirect ?? 'follow', new Headers(init?.headers).get('baggage')]);
      if (init?.redirect !== 'manual') return new Response('followed');
      return Object.defineProperties(new Response(), { type: { value: 'opaqueredirect' }, status: { value: 0 } });
    };
  }

  it('a GET is sent again without values, and a POST fails', async () => {
    const calls: unknown[] = [];
    const send = propagatingFetch({ to: ['https://billing.internal'], fetch: browserFetch(calls) });
    const response = await tenant.run('acme', () => send('https://billing.internal/'));
    assert.equal(await response.text(), 'followed');
    assert.deepEqual(calls, [
      ['manual', 'tenant=acme'],
      ['follow', null],
    ]);
    await assert.rejects(
      tenant.run('acme', () => send('https://billing.internal/', { method: 'POST', body: 'x' })),
      { name: 'TypeError', message: /A POST request that carries values was redirected/ },
    );
    assert.equal(calls.length, 3);
  });

  it('a POST without values is redirected as usual', async () => {
    const calls: unknown[] = [];
    const send = propagatingFetch({ to: ['https://billing.internal'], fetch: browserFetch(calls) });
    const response = await send('https://billing.internal/', { method: 'POST', body: 'x' });
    assert.equal(await response.text(), 'followed');
    assert.deepEqual(calls, [['follow', null]]);
  });
});
