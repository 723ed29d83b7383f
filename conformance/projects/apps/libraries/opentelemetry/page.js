/** Spans of flows that overlap: each must have its parent and the baggage of its own flow. */
import { context, propagation, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { pause, runFlows } from './checks.js';

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
context.setGlobalContextManager(new ThroughlineContextManager());
const tracer = trace.getTracer('flows');

const activeName = () => trace.getActiveSpan()?.name;
const userOfBaggage = () => propagation.getActiveBaggage()?.getEntry('user')?.value;

async function* steps() {
  for (let step = 0; step < 3; step++) {
    await pause();
    yield activeName();
  }
}

runFlows(async (flow, check) => {
  const withUser = propagation.setBaggage(context.active(), propagation.createBaggage({ user: { value: flow } }));
  await context.with(withUser, () =>
    tracer.startActiveSpan(flow, async (span) => {
      await pause();
      check('active span', activeName(), flow);
      check('baggage', userOfBaggage(), flow);
      for await (const name of steps()) check('active span in a generator', name, flow);
      const bound = context.bind(context.active(), () => activeName());
      await Promise.all(
        ['first', 'second'].map((part) =>
          tracer.startActiveSpan(`${flow} ${part}`, async (child) => {
            await pause();
            check('active span of a part', activeName(), `${flow} ${part}`);
            check('bound function', bound(), flow);
            await new Promise((resolve) => setTimeout(resolve, 1)).then(() =>
              check('active span in then()', activeName(), `${flow} ${part}`),
            );
            child.end();
          }),
        ),
      );
      await pause();
      check('active span after the parts', activeName(), flow);
      span.end();
    }),
  );
  check('active span after the flow', activeName(), undefined);
  const finished = exporter.getFinishedSpans();
  const root = finished.find(({ name }) => name === flow);
  for (const part of ['first', 'second']) {
    const child = finished.find(({ name }) => name === `${flow} ${part}`);
    check('parent', child.parentSpanContext.spanId, root.spanContext().spanId);
  }
});
