/** `requestScope` that is mounted as it is, instead of what it returns: each request fails, with the remedy. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { test } from 'node:test';
import { RequestError } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as httpScope } from '@throughline/request/http';
import { requestScope as koaScope } from '@throughline/request/koa';
import { requestScope as nestScope } from '@throughline/request/nest';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { H3 } from 'h3';
import { Hono } from 'hono';
import Koa from 'koa';
import { listen, withServer } from './http/server.js';

function assertRemedy(error: unknown): void {
  assert.ok(error instanceof RequestError);
  assert.equal(error.code, 'ERR_INVALID_OPTION');
  assert.match(error.message, /was mounted without a call\. Use requestScope\(/);
}

for (const [name, requestScope] of Object.entries({ Express: expressScope, Nest: nestScope })) {
  test(`${name} reports an adapter that was not called`, async () => {
    const errors: unknown[] = [];
    const respond: ErrorRequestHandler = (error, _request, response, _next) => {
      errors.push(error);
      response.status(500).end();
    };
    const middleware: unknown = requestScope;
    const app = express()
      .use(middleware as RequestHandler)
      .use(respond);
    await withServer(listen(createServer(app)), async ({ port }) => {
      assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 500);
    });
    assertRemedy(errors[0]);
  });
}

test('Koa reports an adapter that was not called', async () => {
  const errors: unknown[] = [];
  const middleware: unknown = koaScope;
  const app = new Koa().use(middleware as Koa.Middleware).on('error', (error) => errors.push(error));
  await withServer(listen(createServer(app.callback())), async ({ port }) => {
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 500);
  });
  assertRemedy(errors[0]);
});

test('Hono reports an adapter that was not called', async () => {
  const errors: unknown[] = [];
  const middleware: unknown = honoScope;
  const app = new Hono().use(middleware as ReturnType<typeof honoScope>).onError((error, context) => {
    errors.push(error);
    return context.text('failed', 500);
  });
  assert.equal((await app.request('/')).status, 500);
  assertRemedy(errors[0]);
});

test('h3 reports an adapter that was not called', async () => {
  const errors: unknown[] = [];
  const middleware: unknown = h3Scope;
  const app = new H3({ onError: (error) => void errors.push(error.cause) });
  app.use(middleware as ReturnType<typeof h3Scope>);
  assert.equal((await app.request('/')).status, 500);
  assertRemedy(errors[0]);
});

test('the adapter for node:http reports that it was not called', async () => {
  const errors: unknown[] = [];
  const listener: unknown = httpScope;
  const server = createServer((request, response) => {
    try {
      (listener as RequestListener)(request, response);
    } catch (error) {
      errors.push(error);
      response.end();
    }
  });
  await withServer(listen(server), ({ port }) => fetch(`http://127.0.0.1:${port}/`));
  assertRemedy(errors[0]);
});
