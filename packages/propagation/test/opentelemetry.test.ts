/** OpenTelemetry's propagators write what this package reads, and read what it writes. */
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import {
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { extract, inject, Propagated } from '@throughline/propagation';
import { tick } from '@throughline/propagation/croner';
import { incoming } from '@throughline/propagation/incoming';

const tracer = new BasicTracerProvider().getTracer('test');
const composite = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});
const tenant = new Propagated<unknown>('tenant');
const trusted = { trust: true } as const;

type Carrier = Record<string, string>;

function useOpenTelemetry(propagator: TextMapPropagator = composite): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagator);
}

function disable(): void {
  context.disable();
  propagation.disable();
}

afterEach(disable);
after(disable);

const activeTraceId = () => trace.getActiveSpan()?.spanContext().traceId;

/** Runs a function in a span and with an entry in OpenTelemetry's baggage. */
function inSpan<R>(fn: (span: Span) => R): R {
  const baggage = propagation.createBaggage({ theirs: { value: 'a b' }, tenant: { value: 'evil' } });
  return context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => tracer.startActiveSpan('span', fn));
}

test('without OpenTelemetry, and without a propagator, no trace is written or read', () => {
  const carrier = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, baggage: 'tenant=acme' };
  tenant.run('acme', () => assert.deepEqual(inject({}), { baggage: 'tenant=acme' }));
  extract(carrier, trusted).run(() => assert.equal(activeTraceId(), undefined));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  inSpan(() => assert.deepEqual(inject({}), {}));
});

test('inject() writes the active span and the baggage of OpenTelemetry, and the declared values win', () => {
  useOpenTelemetry();
  inSpan((span) => {
    const { traceId, spanId } = span.spanContext();
    tenant.run('acme', () =>
      assert.deepEqual(inject({}), { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'tenant=acme,theirs=a%20b' }),
    );
    assert.equal(inject({} as Carrier).baggage, 'theirs=a%20b');
    assert.equal(inject(new Headers()).get('traceparent'), `00-${traceId}-${spanId}-01`);
    assert.equal(inject({ baggage: 'other=1,theirs=old' } as Carrier).baggage, 'theirs=a%20b,other=1');
  });
});

test('OpenTelemetry reads the headers that inject() writes', () => {
  useOpenTelemetry();
  inSpan((span) => {
    for (const value of ['acme', 'a,b;c=d "e" é 😀', '42']) {
      const carrier: Carrier = tenant.run(value, () => inject({}));
      const read = composite.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
      assert.equal(trace.getSpanContext(read)?.traceId, span.spanContext().traceId);
      const entry = propagation.getBaggage(read)?.getEntry('tenant');
      assert.equal(entry?.value, value === '42' ? '"42"' : value);
      assert.equal(propagation.getBaggage(read)?.getEntry('theirs')?.value, 'a b');
    }
  });
});

test('extract() reads the headers that OpenTelemetry writes', () => {
  useOpenTelemetry();
  const written: Carrier = {};
  let traceId: string | undefined;
  inSpan((span) => {
    traceId = span.spanContext().traceId;
    for (const value of ['acme', 'a,b;c=d "e" é 😀', '\r\n']) {
      const baggage = propagation.createBaggage({ tenant: { value }, theirs: { value: 'x' } });
      composite.inject(propagation.setBaggage(context.active(), baggage), written, defaultTextMapSetter);
      assert.equal(extract(written, trusted).get(tenant), value);
    }
  });
  extract(written, trusted).run(() => {
    assert.equal(activeTraceId(), traceId);
    assert.equal(trace.getActiveSpan()?.spanContext().isRemote, true);
    assert.equal(propagation.getActiveBaggage()?.getEntry('theirs')?.value, 'x');
    tracer.startActiveSpan('child', (child) => assert.equal(child.spanContext().traceId, traceId));
  });
  for (const carrier of [new Headers(written), new Map(Object.entries(written))]) {
    extract(carrier, trusted).run(() => assert.equal(activeTraceId(), traceId));
  }
});

test('what OpenTelemetry has received from outside is not sent on as a declared value', () => {
  useOpenTelemetry();
  // Instrumentation of a server reads every header, also of a stranger.
  const received = composite.extract(
    ROOT_CONTEXT,
    { baggage: 'tenant=evil;p,t%65nant=evil,theirs=x' },
    defaultTextMapGetter,
  );
  context.with(received, () => {
    assert.deepEqual(inject({}), { baggage: 'theirs=x' });
    tenant.run('acme', () => assert.deepEqual(inject({}), { baggage: 'tenant=acme,theirs=x' }));
  });
});

test('declared values do not become baggage of OpenTelemetry, which would send them everywhere', () => {
  useOpenTelemetry();
  const card = new Propagated<string>('card', { to: ['https://billing.internal'] });
  const received = extract({ baggage: 'card=end-1234,c%61rd=5,theirs=x;p' }, trusted);
  received.run(() => {
    assert.equal(card.get(), 'end-1234');
    const sent: Carrier = {};
    propagation.inject(context.active(), sent, defaultTextMapSetter);
    assert.deepEqual(sent, { baggage: 'theirs=x;p' });
    assert.deepEqual(inject({}, { to: 'https://example.com' }), sent);
    assert.deepEqual(inject({}, { to: 'https://billing.internal' }), { baggage: 'card=end-1234,theirs=x;p' });
  });
});

test('a value keeps its version and its signature on the way through a service that has only OpenTelemetry', () => {
  useOpenTelemetry();
  const versioned = new Propagated<string>('versioned', { version: 3 });
  const received = composite.extract(
    ROOT_CONTEXT,
    versioned.run('a;b', () => inject({})),
    defaultTextMapGetter,
  );
  const sentOn: Carrier = {};
  composite.inject(received, sentOn, defaultTextMapSetter);
  assert.equal(extract(sentOn, trusted).get(versioned), 'a;b');
});

test('the trace is believed only where it is trusted', () => {
  useOpenTelemetry();
  const carrier = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, baggage: 'theirs=x' };
  for (const options of [{}, { trust: ['tenant'] }]) {
    extract(carrier, options).run(() => {
      assert.equal(activeTraceId(), undefined);
      assert.equal(propagation.getActiveBaggage(), undefined);
    });
  }
  extract(carrier, { trust: ['traceparent'] }).run(() => assert.equal(activeTraceId(), '1'.repeat(32)));
});

test('the span that a server has started for the carrier stays active, and that of another flow does not', () => {
  useOpenTelemetry();
  inSpan((sender) => {
    const carrier = inject({});
    tracer.startActiveSpan('of the server', (server) => {
      extract(carrier, trusted).run(() => assert.equal(trace.getActiveSpan(), server));
    });
    context.with(ROOT_CONTEXT, () => {
      tracer.startActiveSpan('of the flow that started the worker', () => {
        extract(carrier, trusted).run(() => assert.equal(activeTraceId(), sender.spanContext().traceId));
        extract({}, trusted).run(() => assert.equal(activeTraceId(), undefined));
      });
    });
  });
});

test('work that is not believed does not belong to the span of the flow that happens to run it', () => {
  const read = () => [activeTraceId(), propagation.getActiveBaggage()];
  const other = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, baggage: 'theirs=x' };
  for (const usePropagator of [true, false]) {
    useOpenTelemetry();
    if (!usePropagator) propagation.disable();
    inSpan((span) => {
      const carrier: Carrier = {};
      composite.inject(context.active(), carrier, defaultTextMapSetter);
      assert.equal(activeTraceId(), span.spanContext().traceId);
      for (const received of [undefined, null, {}, { baggage: 'tenant=acme' }, other]) {
        for (const options of [{}, { trust: ['tenant'] }, { trust: false }]) {
          assert.deepEqual(extract(received, options).run(read), [undefined, undefined]);
        }
        assert.deepEqual(tick(read)(), [undefined, undefined]);
      }
      // Instrumentation of the queue has started this span for the carrier, although the application does not believe it.
      if (usePropagator) assert.equal(extract(carrier).run(activeTraceId), span.spanContext().traceId);
      assert.equal(activeTraceId(), span.spanContext().traceId);
    });
    disable();
  }
});

test('what was extracted runs in the span of its own carrier, although the caller has another one then', () => {
  useOpenTelemetry();
  const received = extract({ baggage: 'tenant=acme' }, { trust: ['tenant'] });
  inSpan(() => assert.equal(received.run(activeTraceId), undefined));
});

test('a request stays in the span that the server has started for it, at every step', () => {
  useOpenTelemetry();
  const remote = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, baggage: 'theirs=x' };
  for (const headers of [{}, remote] as Carrier[]) {
    for (const trust of [undefined, true, false, ['traceparent']]) {
      const read = incoming({ trust });
      const request = { header: (name: string) => headers[name], remoteAddress: undefined };
      const received = context.with(
        // Instrumentation of the server believes the trace of every client.
        composite.extract(ROOT_CONTEXT, headers, defaultTextMapGetter),
        () => tracer.startActiveSpan('of the server', (span) => ({ span, values: read(request) })),
      );
      const { traceId, spanId } = received.span.spanContext();
      const active = () => {
        const { spanId: activeSpanId } = trace.getActiveSpan()?.spanContext() ?? {};
        return [activeTraceId(), activeSpanId, propagation.getActiveBaggage()?.getEntry('tenant')?.value];
      };
      assert.deepEqual(received.values.run(active), [traceId, spanId, undefined]);
      // A pool that was called from another request calls back.
      inSpan(() => assert.deepEqual(received.values.run(active), [traceId, spanId, undefined]));
    }
  }
  const trusting = incoming({ trust: true });
  const request = { header: (name: string) => (name === 'traceparent' ? remote.traceparent : undefined) };
  const received = trusting({ ...request, remoteAddress: undefined });
  assert.equal(received.run(activeTraceId), '1'.repeat(32));
});

test('hostile trace headers, and a propagator that throws, are no error', () => {
  useOpenTelemetry();
  for (const traceparent of [
    '',
    '00',
    `00-${'0'.repeat(32)}-${'2'.repeat(16)}-01`,
    'x'.repeat(100_000),
    [],
    {},
    '00-\r\n',
  ]) {
    extract({ traceparent, tracestate: '=,=' } as object, trusted).run(() => assert.equal(activeTraceId(), undefined));
  }
  disable();
  useOpenTelemetry({
    inject: () => {},
    extract() {
      throw new Error('of the propagator');
    },
    fields: () => [],
  });
  extract({ baggage: 'tenant=acme' }, trusted).run(() => assert.equal(tenant.get(), 'acme'));
});
