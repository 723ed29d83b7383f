/**
 * `traceparent` and `tracestate`, written and read by the propagator that OpenTelemetry uses in this process, without an
 * import of OpenTelemetry: all copies of `@opentelemetry/api` 1.x share one object, a property of the global object. The
 * application chooses the propagator, so B3 or a vendor's headers work too. Without a propagator, nothing is written.
 * https://github.com/open-telemetry/opentelemetry-js-api
 */
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const OTEL_BAGGAGE = Symbol.for('OpenTelemetry Baggage Key');

/** A context of OpenTelemetry. */
export interface Context {
  getValue(key: symbol): unknown;
  deleteValue(key: symbol): Context;
}

interface Span {
  spanContext(): { readonly traceId: string };
}

/** The parts of the shared object that are used here. */
export interface OpenTelemetry {
  readonly context: {
    active(): Context;
    with<R>(context: Context, fn: () => R): R;
  };
  readonly propagation: {
    inject<C>(context: Context, carrier: C, setter: { set(carrier: C, key: string, value: string): void }): void;
    extract<C>(
      context: Context,
      carrier: C,
      getter: { get(carrier: C, key: string): string | string[] | undefined; keys(carrier: C): string[] },
    ): Context;
  };
}

/** Returns OpenTelemetry if it has a propagator and a context manager. */
export function openTelemetry(): OpenTelemetry | undefined {
  const api = (globalThis as { [API]?: Partial<OpenTelemetry> })[API];
  return api?.propagation === undefined || api.context === undefined ? undefined : (api as OpenTelemetry);
}

/**
 * Writes the active span and OpenTelemetry's own baggage.
 * @param set writes an entry
 */
export function injectTrace({ context, propagation }: OpenTelemetry, set: (key: string, value: string) => void): void {
  propagation.inject(context.active(), set, { set: (write, key, value) => write(key, value) });
}

/**
 * Returns the context that a carrier describes.
 * @param get reads an entry
 * @param keys the names of all entries
 * @returns undefined if the active context is that of the sender's trace already: instrumentation of the server has
 * started a span for this carrier, and the code belongs to that span
 */
export function extractTrace(
  { context, propagation }: OpenTelemetry,
  get: (key: string) => string | string[] | undefined,
  keys: () => string[],
): Context | undefined {
  const active = context.active();
  // What is active here may belong to the flow that started the worker.
  const base = active.deleteValue(SPAN).deleteValue(OTEL_BAGGAGE);
  const extracted = propagation.extract(base, get, { get: (read, key) => read(key), keys });
  const current = traceIdOf(active);
  return current !== undefined && current === traceIdOf(extracted) ? undefined : extracted;
}

function traceIdOf(context: Context): string | undefined {
  return (context.getValue(SPAN) as Span | undefined)?.spanContext().traceId;
}
