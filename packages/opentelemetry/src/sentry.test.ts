/** Tests the integration in each supported version of Sentry, with Sentry's own clients and transports. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type * as Sentry from '@sentry/core';
import type { ServerRuntimeClient } from '@sentry/core/server';
import { expectTypeOf } from 'expect-type';
import type { BrowserOptions as BrowserOptions10 } from 'sentry-browser-10';
import type { Integration as Integration9 } from 'sentry-core-9';
import { throughlineIntegration } from './sentry.js';
import { createSentryStrategy } from './sentry-strategy.js';

type Sdk = typeof Sentry & { readonly ServerRuntimeClient: typeof ServerRuntimeClient };

const require = createRequire(import.meta.url);
const SDKS: Readonly<Record<string, Sdk>> = {
  '11': { ...require('@sentry/core'), ...require('@sentry/core/server') },
  '10': createRequire(require.resolve('sentry-browser-10'))('@sentry/core'),
  '9': require('sentry-core-9'),
};
const [sdk11, sdk10] = [SDKS[11], SDKS[10]] as [Sdk, Sdk];

interface SentEvent {
  readonly message: string;
  readonly user?: { readonly id: string };
  readonly tags?: Readonly<Record<string, string>>;
  readonly breadcrumbs?: readonly { readonly message: string }[];
}

/** Initializes a copy of Sentry. @returns the events that it has sent */
function init(sdk: Sdk, integrations: Sentry.Integration[] = []): SentEvent[] {
  const events: SentEvent[] = [];
  const record = async ({ body }: { body: string | Uint8Array }) => {
    const [, header = '{}', payload = '{}'] = String(body).split('\n');
    if ((JSON.parse(header) as { type: string }).type === 'event') events.push(JSON.parse(payload) as SentEvent);
    return { statusCode: 200 };
  };
  sdk.initAndBind(sdk.ServerRuntimeClient, {
    dsn: 'http://key@127.0.0.1/1',
    integrations,
    stackParser: () => [],
    tracesSampleRate: 1,
    transport: () => sdk.createTransport({ recordDroppedEvent() {} }, record),
  });
  return events;
}

const USERS = ['ada', 'bob', 'cyd'];

/** Reports two events for each of three users whose flows overlap: they take turns at every `await`. */
async function reportEvents(sdk: Sdk): Promise<void> {
  const report = (user: string) =>
    sdk.withIsolationScope(async () => {
      sdk.setUser({ id: user });
      sdk.getIsolationScope().addBreadcrumb({ message: `${user} began` });
      await null;
      sdk.captureMessage(`${user} first`);
      sdk.getIsolationScope().addBreadcrumb({ message: `${user} continued` });
      await sdk.withScope(async (scope) => {
        scope.setTag('inner', user);
        await new Promise((resolve) => setTimeout(resolve));
        sdk.captureMessage(`${user} inner`);
      });
      await null;
      sdk.captureMessage(`${user} last`);
    });
  await Promise.all(USERS.map(report));
  await sdk.flush();
}

/** Returns the messages of the events that have anything of another flow, or lack anything of their own. */
function wrongEvents(events: readonly SentEvent[]): string[] {
  assert.equal(events.length, 3 * USERS.length);
  return events
    .filter(({ message, user, tags, breadcrumbs }) => {
      const [name = '', step] = message.split(' ');
      const expected = { user: name, inner: step === 'inner' ? name : undefined };
      const crumbs = step === 'first' ? [`${name} began`] : [`${name} began`, `${name} continued`];
      const actual = { user: user?.id, inner: tags?.inner };
      const isOwn = JSON.stringify(actual) === JSON.stringify(expected);
      return !isOwn || JSON.stringify(breadcrumbs?.map(({ message }) => message)) !== JSON.stringify(crumbs);
    })
    .map(({ message }) => message);
}

// Each copy of Sentry looks here for its state whenever it is called.
beforeEach(() => Reflect.deleteProperty(globalThis, '__SENTRY__'));
afterEach(() => Reflect.deleteProperty(globalThis, '__SENTRY__'));

for (const [version, sdk] of Object.entries(SDKS)) {
  describe(`throughlineIntegration() in version ${version} of Sentry`, () => {
    it('keeps users, tags and breadcrumbs of interleaved flows apart; without it, they are mixed up', async () => {
      const mixedUp = init(sdk);
      await reportEvents(sdk);
      assert.notDeepEqual(wrongEvents(mixedUp), []);
      Reflect.deleteProperty(globalThis, '__SENTRY__');
      const events = init(sdk, [throughlineIntegration()]);
      await reportEvents(sdk);
      assert.deepEqual(wrongEvents(events), []);
    });

    it('can be added after init(), and again, and keeps what the scopes had before', async () => {
      const events = init(sdk);
      sdk.getCurrentScope().setTag('page', 'home');
      sdk.addIntegration(throughlineIntegration());
      sdk.getClient()?.addIntegration({ ...throughlineIntegration(), name: 'Throughline, again' });
      await reportEvents(sdk);
      assert.deepEqual(wrongEvents(events), []);
      assert.deepEqual(new Set(events.map(({ tags }) => tags?.page)), new Set(['home']));
    });

    it('serves the client of a second init()', async () => {
      init(sdk, [throughlineIntegration()]);
      await sdk.close();
      const events = init(sdk, [throughlineIntegration()]);
      await reportEvents(sdk);
      assert.deepEqual(wrongEvents(events), []);
    });

    it('forks and sets scopes, passes results and errors on, and restores the scopes', () => {
      init(sdk, [throughlineIntegration()]);
      const current = () => [sdk.getCurrentScope(), sdk.getIsolationScope()];
      const [scope, isolationScope] = current();
      const other = new sdk.Scope();
      sdk.withScope((forked) => {
        assert.notEqual(forked, scope);
        assert.deepEqual(current(), [forked, isolationScope]);
        sdk.withScope(other, (given) => assert.deepEqual([given, ...current()], [other, other, isolationScope]));
        assert.deepEqual(current(), [forked, isolationScope]);
      });
      sdk.withIsolationScope((forked) => {
        assert.notEqual(forked, isolationScope);
        assert.notEqual(sdk.getCurrentScope(), scope);
        assert.equal(sdk.getIsolationScope(), forked);
        sdk.withIsolationScope(other, (given) => assert.deepEqual([given, sdk.getIsolationScope()], [other, other]));
        assert.equal(sdk.getIsolationScope(), forked);
      });
      const result = Promise.resolve();
      assert.equal(
        sdk.withScope(() => result),
        result,
      );
      const failure = new Error('expected');
      for (const fork of [sdk.withScope, sdk.withIsolationScope] as unknown as ((callback: () => never) => never)[]) {
        assert.throws(
          () =>
            fork(() => {
              throw failure;
            }),
          failure,
        );
      }
      assert.deepEqual(current(), [scope, isolationScope]);
    });

    it('keeps the active span, a continued trace and the suppression of traces of interleaved flows', async () => {
      init(sdk, [throughlineIntegration()]);
      const traceOf = (index: number) => String(index).repeat(32);
      const flows = [1, 2, 3].map((index) =>
        sdk.continueTrace({ sentryTrace: `${traceOf(index)}-${'a'.repeat(16)}-1`, baggage: undefined }, () =>
          sdk.startSpan({ name: `parent ${index}` }, async (parent) => {
            await null;
            assert.equal(sdk.getActiveSpan(), parent);
            const child = await sdk.startSpan({ name: `child ${index}` }, async (span) => {
              await null;
              return span;
            });
            assert.equal(sdk.spanToJSON(child).parent_span_id, parent.spanContext().spanId);
            assert.equal(sdk.getActiveSpan(), parent);
            const suppressed = await sdk.suppressTracing(async () => {
              await null;
              return sdk.startInactiveSpan({ name: 'suppressed', forceTransaction: true });
            });
            assert.equal(suppressed.isRecording(), false);
            assert.equal(sdk.startInactiveSpan({ name: 'recorded', forceTransaction: true }).isRecording(), true);
            return child.spanContext().traceId;
          }),
        ),
      );
      assert.deepEqual(await Promise.all(flows), [1, 2, 3].map(traceOf));
      assert.equal(sdk.getActiveSpan(), undefined);
    });
  });
}

describe('throughlineIntegration()', () => {
  it('serves two versions of Sentry in one process, each with scopes of its own', async () => {
    const [newer, older] = [init(sdk11, [throughlineIntegration()]), init(sdk10)];
    sdk10.addIntegration(throughlineIntegration());
    await Promise.all([reportEvents(sdk11), reportEvents(sdk10)]);
    assert.deepEqual([wrongEvents(newer), wrongEvents(older)], [[], []]);
    sdk11.withScope((scope) => {
      assert.equal(sdk11.getCurrentScope(), scope);
      assert.notEqual(sdk10.getCurrentScope(), scope);
    });
  });

  it('leaves the strategy of another copy of this package', async () => {
    const folder = await mkdtemp(fileURLToPath(new URL('copy-', import.meta.url)));
    try {
      for (const name of ['sentry.js', 'sentry-strategy.js']) {
        await cp(new URL(name, import.meta.url), join(folder, name));
      }
      const copy = (await import(join(folder, 'sentry.js'))) as {
        throughlineIntegration: typeof throughlineIntegration;
      };
      assert.notEqual(copy.throughlineIntegration, throughlineIntegration);
      init(sdk11, [throughlineIntegration()]);
      const strategy = sdk11.getAsyncContextStrategy(sdk11.getMainCarrier());
      await sdk11.close();
      init(sdk11, [copy.throughlineIntegration()]);
      assert.equal(sdk11.getAsyncContextStrategy(sdk11.getMainCarrier()), strategy);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is an integration for the types of each version', () => {
    expectTypeOf(throughlineIntegration()).toExtend<Sentry.Integration>();
    expectTypeOf([throughlineIntegration()]).toExtend<NonNullable<BrowserOptions10['integrations']>>();
    expectTypeOf(throughlineIntegration()).toExtend<Integration9>();
    expectTypeOf(createSentryStrategy).returns.toEqualTypeOf<Sentry.AsyncContextStrategy>();
  });

  it('rejects version 7, another strategy, and a client that is not the current one, and names the remedy', () => {
    const sdk7 = require('sentry-core-7') as Sdk;
    assert.throws(() => init(sdk7, [throughlineIntegration()]), {
      code: 'ERR_INVALID_STATE',
      message: /needs version 9 or newer of Sentry. Update the SDK/,
    });
    Reflect.deleteProperty(globalThis, '__SENTRY__');
    const notCurrent = {
      code: 'ERR_INVALID_STATE',
      message: /must be added to the current client .* has no version\.$/,
    };
    assert.throws(() => throughlineIntegration().setup({}), notCurrent);
    init(sdk11);
    const message = new RegExp(`has the versions ${sdk11.SDK_VERSION.replaceAll('.', '\\.')}\\.$`);
    assert.throws(() => throughlineIntegration().setup({}), { ...notCurrent, message });
    const { getCurrentScope, getIsolationScope } = sdk11;
    const client = sdk11.getClient() as Sentry.Client;
    const [scope, isolationScope] = [getCurrentScope(), getIsolationScope()];
    const another = { getCurrentScope: () => scope, getIsolationScope: () => isolationScope };
    sdk11.setAsyncContextStrategy(another as Sentry.AsyncContextStrategy);
    assert.throws(() => client.addIntegration(throughlineIntegration()), {
      code: 'ERR_INVALID_STATE',
      message: /already has an async context strategy: .* Remove throughlineIntegration\(\)/,
    });
  });
});
