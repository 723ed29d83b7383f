import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { logFields } from '../logging/log-fields.js';
import { activeSpanContext } from './active-span.js';
import { getRequestScope, type RequestScope, tryGetRequestScope, withRequestScope } from './request-scope.js';

const tracer = new BasicTracerProvider().getTracer('test');
after(() => context.disable());

test('before a context manager is set, there is no active span', () => {
  assert.equal(activeSpanContext(), undefined);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  assert.equal(activeSpanContext(), undefined);
});

test('logFields() has the ids of the active span, in a request and outside of one', async () => {
  await tracer.startActiveSpan('outer', async (outer) => {
    const { traceId, spanId } = outer.spanContext();
    await null;
    assert.deepEqual(logFields(), { traceId, spanId });
    await withRequestScope({ id: 'r1' }, async () => {
      Object.assign(getRequestScope(), { traceId: 'of the application' });
      await null;
      assert.deepEqual(logFields(), { requestId: 'r1', traceId, spanId });
      tracer.startActiveSpan('inner', (inner) => {
        assert.deepEqual(logFields(), { requestId: 'r1', traceId, spanId: inner.spanContext().spanId });
      });
    });
  });
  withRequestScope({ id: 'r2' }, () => {
    Object.assign(getRequestScope(), { traceId: 'of the application' });
    assert.deepEqual(logFields(), { requestId: 'r2', traceId: 'of the application' });
  });
});

test('the scope has the ids of the span that is active where they are read', async () => {
  await withRequestScope({}, async () => {
    const scope = getRequestScope();
    assert.deepEqual([scope.traceId, scope.spanId], [undefined, undefined]);
    await tracer.startActiveSpan('outer', async (outer) => {
      const { traceId, spanId } = outer.spanContext();
      await null;
      assert.deepEqual([scope.traceId, scope.spanId], [traceId, spanId]);
      tracer.startActiveSpan('inner', (inner) => {
        assert.deepEqual([scope.traceId, scope.spanId], [traceId, inner.spanContext().spanId]);
      });
    });
    assert.equal(scope.traceId, undefined);
  });
});

test('a scope that is read in another flow has no ids: the span there is not its own', async () => {
  let kept: RequestScope | undefined;
  withRequestScope({ id: 'r1' }, () => {
    kept = tryGetRequestScope();
  });
  await tracer.startActiveSpan('another request', async () => {
    assert.deepEqual([kept?.traceId, kept?.spanId], [undefined, undefined]);
    await withRequestScope({ id: 'r2' }, async () => {
      await null;
      assert.deepEqual([kept?.traceId, kept?.spanId], [undefined, undefined]);
      assert.notEqual(getRequestScope().traceId, undefined);
    });
  });
});

test('an application that has fields with the names of the ids reads its own', () => {
  tracer.startActiveSpan('span', () => {
    withRequestScope({ traceId: 'of the application' }, () => {
      Object.assign(getRequestScope(), { spanId: 5 });
      const { traceId, spanId } = getRequestScope();
      assert.deepEqual([traceId, spanId], ['of the application', 5]);
    });
    withRequestScope({}, () => assert.deepEqual(Object.keys(getRequestScope()), ['id', 'startTime']));
  });
});

test('a span that belongs to no trace has no ids', () => {
  const span = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
  assert.ok(!isSpanContextValid(span.spanContext()));
  context.with(trace.setSpan(ROOT_CONTEXT, span), () => {
    assert.deepEqual(logFields(), {});
    withRequestScope({}, () => assert.equal(getRequestScope().traceId, undefined));
  });
});
