import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { createAdaptorServer } from '@hono/node-server';
import {
  getRequestScope,
  RequestError,
  type RequestScopeOptions,
  session,
  tryGetRequestScope,
} from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { requestScope } from '@throughline/request/web';
import { buildWeb } from './apps/web-app.js';
import { testLosses } from './battery/run-battery.js';
import { listen, type RunningServer } from './http/server.js';
import { type Exchange, emptySession, type PrepareHeaders } from './sessions/empty-session.js';

/** On Node a server that others have made hands web requests to the handler. */
function serve(options: RequestScopeOptions): Promise<RunningServer> {
  const fetch = buildWeb(options);
  // Without `createServer`, what is made is a server of node:http.
  return listen(createAdaptorServer({ fetch: (request) => fetch(request) }) as Server);
}

testLosses('A web handler on Node', serve, [
  'a handler',
  'Promise.race with a timeout',
  'the path as sent',
  'a JSON body in several chunks',
  'a form in several chunks',
  'a multipart upload',
  'an error that is thrown',
  'an error after an await',
  'no such route',
  'a streamed answer that the client reads slowly',
  'server-sent events',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'many requests over one keep-alive socket',
  'pipelined requests',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
]);

const url = 'http://localhost/path?a=1';
const secret = 'a secret of thirty-two characters';

async function ask(
  handler: (request: Request) => Response | undefined | Promise<Response | undefined>,
  options: RequestScopeOptions = {},
): Promise<Response> {
  const response = await requestScope(handler, options)(new Request(url));
  assert.ok(response !== undefined);
  return response;
}

/** Asks for something to be done before the headers go, as sessions do. */
function withPrepare(prepare: PrepareHeaders): RequestScopeOptions {
  return {
    session: {
      open(exchange: Exchange) {
        exchange.beforeHeaders(prepare);
        return emptySession();
      },
    },
  };
}

const storeError = () => new RequestError('ERR_SESSION_STORE', 'the store is down');

describe('requestScope of a web handler', () => {
  it('hands on what the runtime gives, and a response that is there at once', () => {
    const fetch = requestScope((_request, env: { name: string }, context: number) => new Response(env.name + context));
    const response = fetch(new Request(url), { name: 'env' }, 7);
    assert.ok(response instanceof Response);
    return response.text().then((text) => assert.equal(text, 'env7'));
  });

  it('adds its id to a response whose headers cannot be changed', async () => {
    const response = await ask(() => Response.redirect('http://localhost/other', 303));
    assert.equal(response.status, 303);
    assert.equal(response.headers.get('location'), 'http://localhost/other');
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f]{8}-/);
  });

  it('keeps the cookies of the handler beside that of the session', async () => {
    const response = await ask(
      () => {
        session().set('user', 'ada');
        const answer = new Response('ok');
        answer.headers.append('set-cookie', 'own=1');
        return answer;
      },
      { session: sessions({ secret, store: new Map() }) },
    );
    const [own, ofSession, ...others] = response.headers.getSetCookie();
    assert.equal(own, 'own=1');
    assert.match(ofSession ?? '', /HttpOnly/);
    assert.deepEqual(others, []);
  });

  it('answers with an error where the session cannot be saved, and ends what the handler streams', async () => {
    let reason: unknown;
    const response = await ask(
      () =>
        new Response(
          new ReadableStream({
            cancel(why) {
              reason = why;
            },
          }),
          { headers: { 'x-own': 'own' } },
        ),
      withPrepare(() => Promise.reject(storeError())),
    );
    assert.equal(response.status, 503);
    assert.match(await response.text(), /session could not be reached/);
    assert.equal(response.headers.get('x-own'), null);
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f]{8}-/);
    assert.ok(reason instanceof RequestError);
  });

  it('answers with an error where the session cannot be loaded, and calls no handler', async () => {
    const response = await ask(() => assert.fail('the handler was called'), {
      session: { open: () => Promise.reject(storeError()) },
    });
    assert.equal(response.status, 503);
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f]{8}-/);
  });

  it('leaves what a handler throws to the runtime, after the session was saved', async () => {
    let saved = 0;
    const options = withPrepare(async () => {
      saved++;
      return [];
    });
    const errors: [unknown, () => Promise<Response>][] = [
      [
        'thrown',
        () =>
          ask(() => {
            throw 'thrown';
          }, options),
      ],
      [undefined, () => ask(() => Promise.reject(), options)],
    ];
    for (const [thrown, asked] of errors) {
      await asked().then(
        () => assert.fail('it did not reject'),
        (error: unknown) => assert.equal(error, thrown),
      );
    }
    assert.equal(saved, 2);
    assert.throws(
      () =>
        requestScope(() => {
          throw new Error('at once');
        })(new Request(url)),
      /at once/,
    );
  });

  it('leaves a handler that returns nothing to the runtime', async () => {
    assert.equal(requestScope(() => undefined)(new Request(url)), undefined);
    assert.equal(await requestScope(async () => undefined)(new Request(url)), undefined);
  });

  it('takes the promises of others for promises', async () => {
    const ids: (string | undefined)[] = [];
    const thenable = <V>(act: (resolve: (value: V) => void, reject: (error: unknown) => void) => void) => {
      // What other libraries give in the place of a promise, and what other realms do.
      const promise = {
        // biome-ignore lint/suspicious/noThenProperty: see above
        then: (resolve: (value: V) => void, reject: (error: unknown) => void) => act(resolve, reject),
      };
      return promise as unknown as Promise<V>;
    };
    const response = await ask(() =>
      thenable((resolve) => {
        ids.push(tryGetRequestScope()?.id);
        resolve(new Response('ok'));
      }),
    );
    assert.equal(await response.text(), 'ok');
    assert.deepEqual(ids, [response.headers.get('x-request-id')]);
    const foreign = runInNewContext('Promise.resolve(value)', { value: new Response('ok') });
    assert.ok(!(foreign instanceof Promise));
    assert.notEqual((await ask(() => foreign)).headers.get('x-request-id'), null);
    await assert.rejects(
      ask(() => thenable((_, reject) => reject(new Error('refused')))),
      { message: 'refused' },
    );
  });

  it('answers a request whose body nobody reads', async () => {
    const request = new Request(url, { method: 'POST', body: 'unread' });
    const response = await requestScope(() => new Response('ok'))(request);
    assert.equal(await response.text(), 'ok');
    assert.equal(request.bodyUsed, false);
  });

  it('has a stream made in the scope, piece by piece as it is read', async () => {
    const made: (string | undefined)[] = [];
    const response = await ask(
      () =>
        new Response(
          new ReadableStream(
            {
              pull(controller) {
                made.push(tryGetRequestScope()?.id);
                controller.enqueue(new Uint8Array(1));
                if (made.length === 3) controller.close();
              },
            },
            { highWaterMark: 0 },
          ),
        ),
    );
    const id = response.headers.get('x-request-id');
    assert.deepEqual(made, []);
    const reader = response.body?.getReader();
    await reader?.read();
    assert.deepEqual(made, [id]);
    await reader?.read();
    await reader?.read();
    assert.deepEqual(made, [id, id, id]);
    assert.equal((await reader?.read())?.done, true);
  });

  it('aborts the signal when nobody reads the answer any more, in the scope, but not when it has ended', async () => {
    const seen: (string | undefined)[] = [];
    const asked = () =>
      ask(() => {
        getRequestScope().signal.addEventListener('abort', () => seen.push(tryGetRequestScope()?.id));
        return new Response(new Blob(['text']).stream());
      });
    await (await asked()).text();
    assert.deepEqual(seen, []);
    const response = await asked();
    await response.body?.cancel();
    assert.deepEqual(seen, [response.headers.get('x-request-id')]);
  });

  it('gives a request one scope although it is mounted twice', async () => {
    const ids: string[] = [];
    const inner = requestScope(() => {
      ids.push(getRequestScope().id);
      return new Response('ok');
    });
    const response = await ask((request) => {
      ids.push(getRequestScope().id);
      return inner(request);
    });
    assert.deepEqual(ids, [response.headers.get('x-request-id'), response.headers.get('x-request-id')]);
  });

  it('asks the application about https', async () => {
    const secure: boolean[] = [];
    const options: RequestScopeOptions = {
      session: {
        open(exchange) {
          secure.push(exchange.isSecure);
          throw storeError();
        },
      },
    };
    const asked = (given: string, isSecure?: (request: Request) => boolean) =>
      requestScope(() => new Response(), { ...options, ...(isSecure === undefined ? {} : { isSecure }) })(
        new Request(given, { headers: { 'x-forwarded-proto': 'https' } }),
      );
    for (const [given, isSecure] of [
      ['http://localhost/', undefined],
      ['https://localhost/', undefined],
      ['http://localhost/', (request: Request) => request.headers.get('x-forwarded-proto') === 'https'],
    ] as const) {
      const response = await asked(given, isSecure);
      assert.equal(response.status, 503);
    }
    assert.deepEqual(secure, [false, true, true]);
  });
});
