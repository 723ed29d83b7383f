/** A worker that is traced by `registerWeb()`. It posts its message when all spans have been sent to the server. */
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerWeb } from '@throughline/opentelemetry/web';

const exporter = new OTLPTraceExporter({ url: `${location.origin}/v1/traces` });
let notifyAllEnded = () => {};
const allEnded = new Promise<void>((resolve) => {
  notifyAllEnded = resolve;
});
let endedSpans = 0;
const spanProcessors = [
  {
    onStart() {},
    onEnd() {
      if (++endedSpans === 4) notifyAllEnded();
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  },
];
const { shutdown } = registerWeb({ serviceName: 'worker', exporter, spanProcessors });
const tracer = trace.getTracer('worker');

async function work(user: string): Promise<void> {
  await tracer.startActiveSpan(user, async (span) => {
    await Promise.resolve();
    await fetch(`/${user}/fetch`);
    span.end();
  });
}

await Promise.all(['ada', 'bob'].map(work));
await allEnded;
await shutdown();
(globalThis as unknown as { postMessage(message: string): void }).postMessage('done');
