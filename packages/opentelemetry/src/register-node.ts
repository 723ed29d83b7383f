/** Registers tracing for a server process with one call. */
import {
  checkTracingOptions,
  type RegisteredTracing,
  registerTracing,
  type TracingOptions,
} from './register-tracing.js';

export type { RegisteredTracing, TracingOptions };

/**
 * Traces a process on Node, Bun or Deno: registers a tracer provider that exports spans, the context manager of this
 * package, and the propagation of W3C Trace Context. Call it before the instrumented libraries are loaded, in a file for
 * `node --import`.
 * @param options `exporter` or `spanProcessors`, and what else differs from the defaults
 * @returns the tracer provider, and `shutdown()`
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option does not exist or has an invalid value
 * @throws {Error} `ERR_ALREADY_REGISTERED` if OpenTelemetry is registered already
 * @example
 * import { trace } from '@opentelemetry/api';
 * import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
 * import { registerNode } from '@throughline/opentelemetry/node';
 *
 * const exporter = new InMemorySpanExporter(); // new OTLPTraceExporter() in production
 * const { tracerProvider, shutdown } = registerNode({ serviceName: 'shop', exporter });
 *
 * const tracer = trace.getTracer('shop');
 * await tracer.startActiveSpan('order', async (order) => {
 *   await null;
 *   tracer.startSpan('pay').end();
 *   order.end();
 * });
 * await tracerProvider.forceFlush();
 * const [pay, order] = exporter.getFinishedSpans();
 * console.log(pay?.parentSpanContext?.spanId === order?.spanContext().spanId); // true
 * await shutdown();
 * @see https://opentelemetry.io/docs/languages/js/getting-started/nodejs/
 */
export function registerNode(options: TracingOptions): RegisteredTracing {
  checkTracingOptions('registerNode()', options);
  return registerTracing('registerNode()', options);
}
