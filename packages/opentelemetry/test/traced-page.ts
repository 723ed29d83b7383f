/**
 * A page with 20 flows at once. Each opens spans of OpenTelemetry in functions that receive no parent, through native
 * `await`, timers, `fetch`, an async generator, a stream and a bound event target. `globalThis.result` settles to the
 * number of spans, and to the names of those whose parent is a span of another flow or none. `globalThis.runCases()` runs
 * the cases of context managers.
 */
import { context, type Span, trace } from '@opentelemetry/api';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { runCases } from './cases-in-page.js';

const FLOWS = 20;

const spans: ReadableSpan[] = [];
context.setGlobalContextManager(new ThroughlineContextManager());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    spanProcessors: [
      { onStart() {}, onEnd: (span) => spans.push(span), forceFlush: async () => {}, shutdown: async () => {} },
    ],
  }),
);
const tracer = trace.getTracer('page');

function inSpan<T>(name: string, flow: number, work: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes: { flow } }, async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 10));

async function* steps() {
  for (let step = 0; step < 3; step++) {
    await pause();
    yield step;
  }
}

async function work(flow: number): Promise<void> {
  await inSpan('flow', flow, async () => {
    const leaf = (name: string) => inSpan(name, flow, pause);
    await pause();
    await leaf('after a timer');
    await fetch(location.href).then((response) => response.text());
    await leaf('after fetch');
    for await (const step of steps()) await leaf(`step ${step}`);
    await Promise.all([leaf('left'), leaf('right')]);
    try {
      await inSpan('rejects', flow, () => pause().then(() => Promise.reject(new Error('expected'))));
    } catch {
      await leaf('after a rejection');
    }
    const target = context.bind(context.active(), new EventTarget());
    const event = new Promise<void>((resolve) => {
      target.addEventListener('event', () => void leaf('in a bound listener').then(resolve));
    });
    setTimeout(() => context.with(context.active(), () => target.dispatchEvent(new Event('event'))));
    await event;
    const pulled = new ReadableStream({
      async pull(controller) {
        await leaf('in pull()');
        controller.close();
      },
    });
    await pulled.getReader().read();
    await leaf('last');
  });
}

function findWrongSpans(): string[] {
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  return spans
    .filter(({ name, attributes, parentSpanContext }) => {
      if (name === 'flow') return parentSpanContext !== undefined;
      const parent = byId.get(parentSpanContext?.spanId ?? '');
      return parent?.name !== 'flow' || parent.attributes.flow !== attributes.flow;
    })
    .map(({ name }) => name);
}

async function main(): Promise<{ count: number; wrong: readonly string[] }> {
  await Promise.all(Array.from({ length: FLOWS }, (_, flow) => work(flow)));
  return { count: spans.length, wrong: findWrongSpans() };
}

Object.assign(globalThis, { result: main(), runCases });
