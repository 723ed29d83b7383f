import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { ThroughlineContextManager } from './context-manager.js';
import { type RegisteredTracing, registerNode, type TracingOptions } from './register-node.js';

describe('registerNode()', () => {
  let registered: RegisteredTracing | undefined;

  function register(options: TracingOptions): RegisteredTracing {
    registered = registerNode(options);
    return registered;
  }

  afterEach(async () => {
    await registered?.shutdown();
    registered = undefined;
  });

  /** An instrumentation that notes what is done with it. */
  function notedInstrumentation(notes: string[], enable: () => void = () => {}): Instrumentation {
    return {
      instrumentationName: 'noted',
      instrumentationVersion: '1.0.0',
      enable() {
        notes.push('enable');
        enable();
      },
      disable: () => notes.push('disable'),
      setTracerProvider: () => notes.push('setTracerProvider'),
      setMeterProvider() {},
      setConfig() {},
      getConfig: () => ({ enabled: false }),
    };
  }

  it('exports the spans of interleaved flows, each with the parent of its own flow', async () => {
    const exporter = new InMemorySpanExporter();
    const { tracerProvider } = register({ serviceName: 'shop', exporter });
    const tracer = trace.getTracer('test');
    const flow = (name: string) =>
      tracer.startActiveSpan(name, async (span) => {
        for (let step = 0; step < 3; step++) {
          await setTimeout(step);
          tracer.startSpan(`${name} ${step}`).end();
        }
        span.end();
      });
    await Promise.all(['a', 'b', 'c'].map(flow));
    await tracerProvider.forceFlush();
    const spans = exporter.getFinishedSpans();
    assert.equal(spans.length, 12);
    const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
    for (const { name, parentSpanContext, resource } of spans) {
      const [flowName, step] = name.split(' ');
      assert.equal(names.get(`${parentSpanContext?.spanId}`), step === undefined ? undefined : flowName);
      assert.equal(resource.attributes['service.name'], 'shop');
    }
  });

  it('propagates W3C Trace Context and Baggage', () => {
    register({ spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })] });
    trace.getTracer('test').startActiveSpan('request', (span) => {
      const headers: Record<string, string> = {};
      const baggage = propagation.createBaggage({ user: { value: 'ada' } });
      propagation.inject(propagation.setBaggage(context.active(), baggage), headers);
      const { traceId, spanId } = span.spanContext();
      assert.deepEqual(headers, { traceparent: `00-${traceId}-${spanId}-01`, baggage: 'user=ada' });
      span.end();
    });
  });

  it('passes on the sampler, the resource and the propagator', () => {
    const exporter = new InMemorySpanExporter();
    const fields: string[] = [];
    const propagator = { inject: () => fields.push('injected'), extract: context.active, fields: () => [] };
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    const resource = resourceFromAttributes({ 'service.name': 'other', 'service.version': '2' });
    const { tracerProvider } = register({ spanProcessors, serviceName: 'shop', resource, propagator });
    propagation.inject(context.active(), {});
    assert.deepEqual(fields, ['injected']);
    tracerProvider.getTracer('test').startSpan('span').end();
    const [span] = exporter.getFinishedSpans();
    assert.equal(span?.resource.attributes['service.name'], 'shop');
    assert.equal(span?.resource.attributes['service.version'], '2');
  });

  it('records nothing with a sampler that samples nothing', () => {
    register({ exporter: new InMemorySpanExporter(), sampler: new AlwaysOffSampler() });
    assert.equal(trace.getTracer('test').startSpan('span').isRecording(), false);
  });

  it('enables instrumentations, also in nested arrays, and disables them at shutdown()', async () => {
    const notes: string[] = [];
    const { shutdown } = register({
      exporter: new InMemorySpanExporter(),
      instrumentations: [notedInstrumentation(notes), [notedInstrumentation(notes)]],
    });
    const once = ['setTracerProvider', 'enable'];
    assert.deepEqual(notes.splice(0), [...once, ...once]);
    assert.equal(shutdown(), shutdown());
    await shutdown();
    assert.deepEqual(notes, ['disable', 'disable']);
  });

  it('exports the spans that wait at shutdown(), removes what it registered, and can register again', async () => {
    const exported: string[] = [];
    const exporter = {
      export(spans: { name: string }[], done: (result: { code: number }) => void) {
        exported.push(...spans.map(({ name }) => name));
        done({ code: 0 });
      },
      shutdown: async () => {},
    };
    for (const name of ['first', 'second']) {
      const { shutdown } = register({ exporter });
      trace.getTracer('test').startActiveSpan(name, (span) => {
        assert.equal(trace.getActiveSpan(), span);
        span.end();
      });
      await shutdown();
      assert.equal(exported.at(-1), name);
      trace.getTracer('test').startActiveSpan('unregistered', () => assert.equal(trace.getActiveSpan(), undefined));
    }
    assert.equal(exported.length, 2);
  });

  it('removes what it registered if the exporter fails at shutdown()', async () => {
    const exporter = new InMemorySpanExporter();
    exporter.shutdown = () => Promise.reject(new Error('expected'));
    const { shutdown } = registerNode({ exporter });
    await assert.rejects(shutdown(), /expected/);
    register({ exporter: new InMemorySpanExporter() });
  });

  it('registers nothing if something is registered already, or if an instrumentation fails', async () => {
    const options = { exporter: new InMemorySpanExporter() };
    const notes: string[] = [];
    const failing = notedInstrumentation(notes, () => {
      throw new Error('expected');
    });
    assert.throws(() => registerNode({ ...options, instrumentations: [failing] }), /expected/);
    assert.deepEqual(notes, ['setTracerProvider', 'enable', 'disable']);
    const { shutdown } = register(options);
    assert.throws(() => registerNode(options), {
      code: 'ERR_ALREADY_REGISTERED',
      message: /registerNode\(\) cannot register a context manager .+ shutdown\(\)/,
    });
    await shutdown();
    propagation.setGlobalPropagator({ inject() {}, extract: context.active, fields: () => [] });
    try {
      assert.throws(() => registerNode(options), { code: 'ERR_ALREADY_REGISTERED', message: /register a propagator/ });
      assert.equal(context.setGlobalContextManager(new ThroughlineContextManager()), true);
    } finally {
      propagation.disable();
      context.disable();
    }
  });

  it('rejects options that do not exist, and names the nearest', () => {
    for (const [options, message] of [
      [
        { exportr: {} },
        /registerNode\(\) has no option "exportr"\. Did you mean "exporter"\? The options are exporter, /,
      ],
      [{ SERVICENAME: 'shop' }, /Did you mean "serviceName"\?/],
      [{ fetch: false }, /has no option "fetch"/],
      [undefined, /registerNode\(\) needs an object with options, not undefined\./],
      [[], /needs an object with options, not an array\./],
      [{}, /registerNode\(\) needs an exporter or spanProcessors: .+ new ConsoleSpanExporter\(\)/],
      [{ spanProcessors: [] }, /needs an exporter or spanProcessors/],
      [{ spanProcessors: {} }, /spanProcessors must be an array/],
      [{ exporter: 'http://localhost' }, /exporter must be a span exporter/],
      [{ exporter: null }, /exporter must be a span exporter/],
      [{ exporter: new InMemorySpanExporter(), serviceName: 5 }, /serviceName must be a string/],
      [{ exporter: new InMemorySpanExporter(), instrumentations: {} }, /instrumentations must be an array/],
    ] as const) {
      assert.throws(() => registerNode(options as never), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
    }
  });
});
