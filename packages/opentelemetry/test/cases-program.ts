/**
 * Runs the cases of context managers, and traces two interleaved flows with `registerNode()`, on any runtime that has
 * `node:events`. Prints a line for each case that failed, and then the number of cases and of spans with a wrong parent.
 */
import { EventEmitter } from 'node:events';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { registerNode } from '@throughline/opentelemetry/node';
import { contextManagerCases } from './context-manager-cases.js';

const create = () => new ThroughlineContextManager().enable();
const cases = contextManagerCases(create, () => new EventEmitter());
for (const { name, run } of cases) {
  try {
    await run(create());
  } catch (error) {
    console.log(`${name}: ${error}`);
  }
}

const exporter = new InMemorySpanExporter();
const { tracerProvider, shutdown } = registerNode({ serviceName: 'test', exporter });
const tracer = trace.getTracer('test');
await Promise.all(
  ['ada', 'bob'].map((user) =>
    tracer.startActiveSpan(user, async (span) => {
      for (let step = 0; step < 5; step++) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        tracer.startSpan(`${user} ${step}`).end();
      }
      span.end();
    }),
  ),
);
await tracerProvider.forceFlush();
const spans = exporter.getFinishedSpans();
const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
const wrong = spans.filter(({ name, parentSpanContext }) => {
  const [user, step] = name.split(' ');
  return names.get(`${parentSpanContext?.spanId}`) !== (step === undefined ? undefined : user);
});
await shutdown();
console.log(`${cases.length} cases, ${wrong.length} of ${spans.length} spans have a wrong parent`);
