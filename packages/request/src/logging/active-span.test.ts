import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { getRequestScope, withRequestScope } from '../scope/request-scope.js';
import { activeSpanContext } from './active-span.js';
import { logFields } from './log-fields.js';

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

test('a span that belongs to no trace has no ids', () => {
  const span = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
  assert.ok(!isSpanContextValid(span.spanContext()));
  context.with(trace.setSpan(ROOT_CONTEXT, span), () => assert.deepEqual(logFields(), {}));
});
