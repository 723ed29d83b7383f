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
import { requestScope, type WebOptions } from '@throughline/request/web';
import { buildWebHandler } from './apps/web-app.js';
import { runBattery } from './battery/run-battery.js';
import { listen, type RunningServer } from './http/server.js';
import { sessionsWith, storeDownError, unloadableSessions } from './sessions/failing-sessions.js';

/** On Node, @hono/node-server passes web requests to the handler. */
function serve(options: RequestScopeOptions): Promise<RunningServer> {
  const fetch = buildWebHandler(options);
  // Without the option `createServer`, the server is one of node:http.
  return listen(createAdaptorServer({ fetch: (request) => fetch(request) }) as Server);
}

runBattery('A web handler on Node', serve, [
  'an async handler',
  'Promise.race() with a timeout',
  'the path as the client sent it',
  'a JSON body in several chunks',
  'a form body in several chunks',
  'a multipart upload',
  'an error thrown synchronously',
  'an error thrown after an await',
  'a request without a matching route',
  'a streamed response that the client reads slowly',
  'server-sent events',
  'a client that disconnects during its upload',
  'a client that disconnects during the response',
  'many requests on one keep-alive connection',
  'pipelined requests',
  'a step that returns control from elsewhere, two requests interleaved',
  'a step that returns control from elsewhere, 200 requests interleaved',
  'the deadline of a request',
  'a request without an id',
  'an unsafe request id',
  'an untrusted request id',
]);

const url = 'http://localhost/path?a=1';
const secret = 'a secret of thirty-two characters';
const silentLog = { warn() {}, error() {} };

/** Calls a handler in a scope with a request. */
async function callInScope(
  handler: (request: Request) => Response | undefined | Promise<Response | undefined>,
  options: WebOptions = {},
): Promise<Response> {
  const response = await requestScope(handler, options)(new Request(url));
  assert.ok(response !== undefined);
  return response;
}

describe('requestScope() of a web handler', () => {
  it('passes on the arguments of the runtime, and returns a response synchronously if the handler does', () => {
    const fetch = requestScope((_request, env: { name: string }, context: number) => new Response(env.name + context));
    const response = fetch(new Request(url), { name: 'env' }, 7);
    assert.ok(response instanceof Response);
    return response.text().then((text) => assert.equal(text, 'env7'));
  });

  it('adds the id to a response whose headers are immutable', async () => {
    const response = await callInScope(() => Response.redirect('http://localhost/other', 303));
    assert.equal(response.status, 303);
    assert.equal(response.headers.get('location'), 'http://localhost/other');
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f]{8}-/);
  });

  it('adds the session cookie to the cookies of the handler', async () => {
    const response = await callInScope(
      () => {
        session().set('user', 'ada');
        const result = new Response('ok');
        result.headers.append('set-cookie', 'custom=1');
        return result;
      },
      { session: sessions({ secret, store: new Map() }) },
    );
    const [ownCookie, sessionCookie, ...others] = response.headers.getSetCookie();
    assert.equal(ownCookie, 'custom=1');
    assert.match(sessionCookie ?? '', /HttpOnly/);
    assert.deepEqual(others, []);
  });

  it('responds with an error if the session cannot be saved, and cancels the stream of the handler', async () => {
    let reason: unknown;
    const response = await callInScope(
      () =>
        new Response(
          new ReadableStream({
            cancel(cancelReason) {
              reason = cancelReason;
            },
          }),
          { headers: { 'x-custom': 'custom' } },
        ),
      { session: sessionsWith(() => Promise.reject(storeDownError())) },
    );
    assert.equal(response.status, 503);
    assert.match(await response.text(), /session could not be reached/);
    assert.equal(response.headers.get('x-custom'), null);
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f]{8}-/);
    assert.ok(reason instanceof RequestError);
  });

  it('responds with an error if the session cannot be loaded, and does not call the handler', async () => {
    const response = await callInScope(() => assert.fail('the handler was called'), {
      session: unloadableSessions,
    });
    assert.equal(response.status, 503);
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f]{8}-/);
  });

  it('returns undefined to the runtime if the handler returns nothing', async () => {
    assert.equal(requestScope(() => undefined)(new Request(url)), undefined);
    assert.equal(await requestScope(async () => undefined)(new Request(url)), undefined);
  });

  it('accepts thenables, and promises of other realms', async () => {
    const ids: (string | undefined)[] = [];
    const thenable = <V>(act: (resolve: (value: V) => void, reject: (error: unknown) => void) => void) => {
      // Libraries return such an object instead of a promise.
      const promise = {
        // biome-ignore lint/suspicious/noThenProperty: the object is a thenable on purpose
        then: (resolve: (value: V) => void, reject: (error: unknown) => void) => act(resolve, reject),
      };
      return promise as unknown as Promise<V>;
    };
    const response = await callInScope(() =>
      thenable((resolve) => {
        ids.push(tryGetRequestScope()?.id);
        resolve(new Response('ok'));
      }),
    );
    assert.equal(await response.text(), 'ok');
    assert.deepEqual(ids, [response.headers.get('x-request-id')]);
    const foreign = runInNewContext('Promise.resolve(value)', { value: new Response('ok') });
    assert.ok(!(foreign instanceof Promise));
    assert.notEqual((await callInScope(() => foreign)).headers.get('x-request-id'), null);
    const rejected = callInScope(() => thenable((_, reject) => reject(new Error('rejected'))), { log: silentLog });
    assert.equal((await rejected).status, 500);
  });

  it('responds to a request whose body is not read', async () => {
    const request = new Request(url, { method: 'POST', body: 'unread' });
    const response = await requestScope(() => new Response('ok'))(request);
    assert.equal(await response.text(), 'ok');
    assert.equal(request.bodyUsed, false);
  });

  it('runs the source of a stream in the scope, only when a chunk is read', async () => {
    const scopeIds: (string | undefined)[] = [];
    const response = await callInScope(
      () =>
        new Response(
          new ReadableStream(
            {
              pull(controller) {
                scopeIds.push(tryGetRequestScope()?.id);
                controller.enqueue(new Uint8Array(1));
                if (scopeIds.length === 3) controller.close();
              },
            },
            { highWaterMark: 0 },
          ),
        ),
    );
    const id = response.headers.get('x-request-id');
    assert.deepEqual(scopeIds, []);
    const reader = response.body?.getReader();
    await reader?.read();
    assert.deepEqual(scopeIds, [id]);
    await reader?.read();
    await reader?.read();
    assert.deepEqual(scopeIds, [id, id, id]);
    assert.equal((await reader?.read())?.done, true);
  });

  it('aborts the signal, in the scope, if the response body is canceled, but not if it is read to its end', async () => {
    const scopeIds: (string | undefined)[] = [];
    const call = () =>
      callInScope(() => {
        getRequestScope().signal.addEventListener('abort', () => scopeIds.push(tryGetRequestScope()?.id));
        return new Response(new Blob(['text']).stream());
      });
    await (await call()).text();
    assert.deepEqual(scopeIds, []);
    const response = await call();
    await response.body?.cancel();
    assert.deepEqual(scopeIds, [response.headers.get('x-request-id')]);
  });

  it('opens one scope if it is mounted twice', async () => {
    const ids: string[] = [];
    const inner = requestScope(() => {
      ids.push(getRequestScope().id);
      return new Response('ok');
    });
    const response = await callInScope((request) => {
      ids.push(getRequestScope().id);
      return inner(request);
    });
    assert.deepEqual(ids, [response.headers.get('x-request-id'), response.headers.get('x-request-id')]);
  });

  it('detects HTTPS from the URL, or with the isSecure() of the application', async () => {
    const isSecureValues: boolean[] = [];
    const options: RequestScopeOptions = {
      session: {
        open(exchange) {
          isSecureValues.push(exchange.isSecure);
          throw storeDownError();
        },
      },
    };
    const call = (requestUrl: string, isSecure?: (request: Request) => boolean) =>
      requestScope(() => new Response(), { ...options, ...(isSecure === undefined ? {} : { isSecure }) })(
        new Request(requestUrl, { headers: { 'x-forwarded-proto': 'https' } }),
      );
    for (const [requestUrl, isSecure] of [
      ['http://localhost/', undefined],
      ['https://localhost/', undefined],
      ['http://localhost/', (request: Request) => request.headers.get('x-forwarded-proto') === 'https'],
    ] as const) {
      const response = await call(requestUrl, isSecure);
      assert.equal(response.status, 503);
    }
    assert.deepEqual(isSecureValues, [false, true, true]);
  });
});
