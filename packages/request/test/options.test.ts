/** What every adapter does with options that do not exist or have an invalid value, as JavaScript can pass them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import 'reflect-metadata';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as httpScope, streamScope, upgradeScope } from '@throughline/request/http';
import { requestScope as koaScope } from '@throughline/request/koa';
import { requestScope as nestScope, RequestScopeModule } from '@throughline/request/nest';
import { requestScope as webScope } from '@throughline/request/web';
import { fastify } from 'fastify';

type Mount = (options: unknown) => unknown;

const listener = () => {};
const mountWith = (mount: (first: never, second: never) => unknown): Mount => {
  return (options) => mount(listener as never, options as never);
};

const mounts: Readonly<Record<string, Mount>> = {
  express: expressScope as Mount,
  fastify: fastifyScope as Mount,
  koa: koaScope as Mount,
  hono: honoScope as Mount,
  h3: h3Scope as Mount,
  nest: nestScope as Mount,
  'RequestScopeModule.forRoot()': RequestScopeModule.forRoot as Mount,
  http: mountWith(httpScope),
  'upgradeScope()': mountWith(upgradeScope),
  'streamScope()': mountWith(streamScope),
  web: mountWith(webScope),
};

function assertInvalid(call: () => unknown, message: RegExp): void {
  assert.throws(call, { name: 'RequestError', code: 'ERR_INVALID_OPTION', message });
}

for (const [name, mount] of Object.entries(mounts)) {
  test(`${name}: an option that does not exist is refused with the nearest one that does`, () => {
    assertInvalid(
      () => mount({ trustRequestID: true }),
      /has no option "trustRequestID"\. Did you mean "trustRequestId"\?/,
    );
    assertInvalid(() => mount({ deadLine: 1 }), /Did you mean "deadline"\?/);
    assertInvalid(
      () => mount({ dedline: undefined }),
      /Did you mean "deadline"\? The options are trustRequestId, sendRequestId, bindEmitters, deadline/,
    );
    assertInvalid(() => mount({ bindEmitter: false }), /Did you mean "bindEmitters"\?/);
    assertInvalid(() => mount({ sendRequestID: false }), /Did you mean "sendRequestId"\?/);
    mount({ trustRequestId: undefined, deadline: undefined, sendRequestId: undefined, bindEmitters: undefined });
    mount(undefined);
  });

  test(`${name}: a value of another kind is refused`, () => {
    for (const options of ['x', 1, true, [], Symbol.iterator]) {
      assertInvalid(() => mount(options), /needs an object with options, not /);
    }
    assertInvalid(() => mount(Object.create({ deadline: '5' })), /deadline must be a number of milliseconds/);
    for (const deadline of [0, -1, Number.NaN, 1e300, 2 ** 31, '5', null]) {
      assertInvalid(
        () => mount({ deadline }),
        /^deadline must be a number of milliseconds above 0 and at most 2147483647/,
      );
    }
    for (const option of ['trustRequestId', 'sendRequestId', 'bindEmitters']) {
      assertInvalid(() => mount({ [option]: 'yes' }), new RegExp(`^${option} must be true or false, not "yes"\\.`));
    }
    if (name === 'streamScope()')
      assertInvalid(() => mount({ session: {} }), /streamScope\(\) has no option "session"/);
    else {
      for (const session of [{ secret: 'secret' }, null, 'secret', true]) {
        assertInvalid(
          () => mount({ session }),
          /^session must be what sessions\(\) of @throughline\/request\/sessions returns/,
        );
      }
    }
  });
}

test('the options of single adapters are checked', () => {
  for (const trustProxy of [1, true, null, [1], {}]) {
    assertInvalid(() => mounts.http?.({ trustProxy }), /^trustProxy must be an address/);
    assertInvalid(() => mounts['upgradeScope()']?.({ trustProxy }), /^trustProxy must be an address/);
  }
  for (const name of ['hono', 'web'])
    assertInvalid(() => mounts[name]?.({ isSecure: true }), /^isSecure must be a function/);
  for (const name of ['http', 'upgradeScope()', 'streamScope()', 'web']) {
    assertInvalid(() => mounts[name]?.({ log: console.log }), /^log must be an object with a method error/);
  }
  assertInvalid(() => mounts.express?.({ trustProxy: 'loopback' }), /has no option "trustProxy"/);
});

test('a listener that is not a function is refused', () => {
  for (const mount of [httpScope, upgradeScope, streamScope, webScope] as Mount[]) {
    for (const value of [undefined, null, {}, 'x'])
      assertInvalid(() => mount(value), /needs a function as its first argument/);
  }
});

test('app.register() of Fastify reports an option that does not exist, and passes its own options on', async () => {
  const app = fastify();
  app.register(fastifyScope, { trustRequestID: true } as object);
  await assert.rejects(async () => app.ready(), { code: 'ERR_INVALID_OPTION', message: /"trustRequestId"/ });
  await fastify().register(fastifyScope, { prefix: '/api', logLevel: 'warn', deadline: 1000 }).ready();
});

test('forRootAsync() refuses what it cannot use', () => {
  const forRootAsync = RequestScopeModule.forRootAsync as Mount;
  assertInvalid(() => forRootAsync(undefined), /forRootAsync\(\) needs an object with options, not undefined/);
  assertInvalid(() => forRootAsync({}), /^useFactory of forRootAsync\(\) must be a function/);
  assertInvalid(() => forRootAsync({ useClass: class {} }), /has no option "useClass"\. Set "useFactory"\./);
  assertInvalid(() => forRootAsync({ useFactory: () => ({}), injects: [] }), /Did you mean "inject"\?/);
});
