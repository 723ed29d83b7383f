/** OpenTelemetry in the process of a subject: a context manager, a propagator, and a span for all flows. */
import { type Context, context, propagation, ROOT_CONTEXT, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

const span = trace.wrapSpanContext({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
});

/** The context of all flows. */
export const tracedContext: Context = trace.setSpan(ROOT_CONTEXT, span);

export function useOpenTelemetry(propagator: TextMapPropagator): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagator);
}
