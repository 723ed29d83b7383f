/**
 * The ids of OpenTelemetry's active span, without an import of OpenTelemetry: all copies of `@opentelemetry/api` 1.x share
 * one object, a property of the global object, and a context has its span under a registered symbol.
 * https://github.com/open-telemetry/opentelemetry-js-api
 */
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** The ids of a span that does not belong to a trace consist of zeros. */
const INVALID_TRACE_ID = '0'.repeat(32);

export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

/** The parts of the shared object that are used here. */
interface OpenTelemetryApi {
  readonly context?: {
    active(): { getValue(key: symbol): { spanContext(): SpanContext } | undefined };
  };
}

/**
 * Returns the ids of the active span.
 * @returns `undefined` if OpenTelemetry is not in the process, has no context manager, or no span is active
 */
export function activeSpanContext(): SpanContext | undefined {
  const api = (globalThis as { [API]?: OpenTelemetryApi })[API];
  const spanContext = api?.context?.active().getValue(SPAN)?.spanContext();
  return spanContext === undefined || spanContext.traceId === INVALID_TRACE_ID ? undefined : spanContext;
}
