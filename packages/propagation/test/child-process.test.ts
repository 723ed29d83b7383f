/** Child processes: messages of `fork()` in both directions, and the environment of `spawn()`. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Propagated, withDeadline } from '@throughline/propagation';
import {
  extractEnvironment,
  injectEnvironment,
  type MessageTarget,
  receive,
  send,
} from '@throughline/propagation/child-process';
import { type Reading, tenant } from './processes/declared-values.js';

const program = fileURLToPath(new URL('processes/reading-child.js', import.meta.url));

interface ChildReading extends Reading {
  readonly hasHandle: boolean;
}

const withoutValues = { tenant: undefined, hasDeadline: false, hasScope: true, hasHandle: false };

function next<Message = ChildReading>(child: ChildProcess): Promise<{ message: Message; here: string | undefined }> {
  return new Promise((resolve) => {
    receive<Message>(child, (message) => resolve({ message, here: tenant.get() }), { once: true });
  });
}

for (const serialization of ['json', 'advanced'] as const) {
  describe(`a child with the serialization ${serialization}`, () => {
    let child: ChildProcess;

    before(async () => {
      child = fork(program, { serialization });
      await next<string>(child);
    });
    after(async () => {
      const exited = once(child, 'exit');
      send(child, 'stop');
      await exited;
    });

    /** JSON has no `undefined`. */
    const asReceived = (reading: object) =>
      serialization === 'json' ? (JSON.parse(JSON.stringify(reading)) as object) : reading;

    it('gets each message with the values of its sender, and the response carries them back', async () => {
      for (const name of ['acme', 'other']) {
        tenant.run(name, () => send(child, { for: name }));
        const { message, here } = await next(child);
        assert.deepEqual(message, { message: { for: name }, ...withoutValues, tenant: name });
        assert.equal(here, name);
      }
    });

    it('gets a message without values, and one without an envelope, without values', async () => {
      send(child, 'plain');
      assert.deepEqual((await next(child)).message, asReceived({ message: 'plain', ...withoutValues }));
      tenant.run('acme', () => child.send('raw'));
      assert.deepEqual((await next(child)).message, asReceived({ message: 'raw', ...withoutValues }));
    });

    it('gets a message that looks like an envelope as it was sent', async () => {
      const lookalike = { '@throughline/propagation': { baggage: 'tenant=forged' }, message: 'inner' };
      tenant.run('acme', () => send(child, lookalike));
      assert.deepEqual((await next(child)).message, { message: lookalike, ...withoutValues, tenant: 'acme' });
    });

    it('gets the deadline, and a handle; the callback is called', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const called = new Promise<Error | null>((resolve) => {
        withDeadline(60_000, () => send(child, 'with a handle', server, { keepOpen: false }, resolve));
      });
      const { message } = await next(child);
      assert.deepEqual([message.hasHandle, message.hasDeadline], [true, true]);
      assert.equal(await called, null);
      server.close();
    });
  });
}

describe('send() and receive()', () => {
  it('refuse invalid arguments', () => {
    assert.throws(() => send(process, 'x'), { code: 'ERR_INVALID_ARG_TYPE', message: /a process with an IPC channel/ });
    assert.throws(() => send(null as unknown as MessageTarget, 'x'), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive({} as ChildProcess, () => {}), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(process, 1 as unknown as () => void), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(process, () => {}, { twice: true } as object), { code: 'ERR_INVALID_ARG_VALUE' });
  });
});

describe('the environment', () => {
  it('carries the values of the flow that spawns a process, which believes them if it trusts them', async () => {
    const env = tenant.run('äcme, inc', () => withDeadline(60_000, () => injectEnvironment()));
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const output = JSON.parse(await text(child.stdout)) as Record<string, unknown>;
    assert.deepEqual(output, {
      trusted: { message: 'environment', tenant: 'äcme, inc', hasDeadline: true, hasScope: true },
      untrusted: { message: 'environment', hasDeadline: false, hasScope: true },
      passedOn: [null, null, null, 'string'],
    });
  });

  it('has no variables of another flow, and the environment of the caller does not change', () => {
    const stale = {
      PATH: '/bin',
      BAGGAGE: 'tenant=stale',
      TRACEPARENT: 'x',
      TRACESTATE: 'x',
      THROUGHLINE_TIMEOUT_MS: '1',
    };
    assert.deepEqual(injectEnvironment(stale), { PATH: '/bin' });
    assert.equal(stale.BAGGAGE, 'tenant=stale');
    assert.deepEqual(
      tenant.run('acme', () => injectEnvironment(stale)),
      { PATH: '/bin', BAGGAGE: 'tenant=acme' },
    );
  });

  it('has no variables of another flow that another propagator of OpenTelemetry has written', () => {
    const api = Symbol.for('opentelemetry.js.api.1');
    const context = { getValue: () => undefined };
    const propagation = { inject: () => {}, extract: () => context, fields: () => ['b3', 'x-b3-traceid'] };
    Reflect.set(globalThis, api, { context: { active: () => context }, propagation });
    try {
      assert.deepEqual(injectEnvironment({ PATH: '/bin', B3: '0', X_B3_TRACEID: '1' }), { PATH: '/bin' });
    } finally {
      Reflect.deleteProperty(globalThis, api);
    }
  });

  it('values that may go to listed destinations only are not in it', () => {
    const secret = new Propagated<string>('environment-secret', { to: ['https://billing.internal'] });
    assert.deepEqual(
      secret.run('s3', () => injectEnvironment({})),
      {},
    );
  });

  it('hostile variables have no effect', () => {
    for (const BAGGAGE of ['tenant=%E0%A4%A', '\r\n', '='.repeat(10_000), ',tenant', 'tenant=a,tenant=b']) {
      const environment = { BAGGAGE, THROUGHLINE_TIMEOUT_MS: '-1', TRACEPARENT: '\0' };
      assert.equal(
        extractEnvironment({ trust: true, environment }).run(() => tenant.get()),
        undefined,
      );
    }
    assert.throws(() => extractEnvironment({ trust: 'yes' } as object), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => extractEnvironment({ env: {} } as object), { code: 'ERR_INVALID_ARG_VALUE' });
  });
});
