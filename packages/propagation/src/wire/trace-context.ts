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
  setValue(key: symbol, value: unknown): Context;
  deleteValue(key: symbol): Context;
}

interface Span {
  spanContext(): { readonly traceId: string };
}

/** A propagator of OpenTelemetry. */
interface Propagator {
  inject<C>(context: Context, carrier: C, setter: { set(carrier: C, key: string, value: string): void }): void;
  extract<C>(
    context: Context,
    carrier: C,
    getter: { get(carrier: C, key: string): string | string[] | undefined; keys(carrier: C): string[] },
  ): Context;
  /** Returns the names of the entries that it may write. */
  fields?(): string[];
}

/** The parts of the shared object that are used here. */
export interface OpenTelemetry {
  readonly context: {
    active(): Context;
    with<R>(context: Context, fn: () => R): R;
  };
  readonly propagation?: Propagator | undefined;
}

/** Returns OpenTelemetry if it has a context manager. */
export function openTelemetry(): OpenTelemetry | undefined {
  const api = (globalThis as { [API]?: Partial<OpenTelemetry> })[API];
  return api?.context === undefined ? undefined : (api as OpenTelemetry);
}

/**
 * Writes the active span and OpenTelemetry's own baggage.
 * @param set writes an entry
 */
export function injectTrace({ context, propagation }: OpenTelemetry, set: (key: string, value: string) => void): void {
  propagation?.inject(context.active(), set, { set: (write, key, value) => write(key, value) });
}

/** Returns the names of the entries that a trace may have, W3C's and those of the application's propagator. */
export function traceFields(): string[] {
  return ['traceparent', 'tracestate', ...(openTelemetry()?.propagation?.fields?.() ?? [])];
}

/** How the entries of a carrier are read. */
export interface TraceReader {
  readonly get: (key: string) => string | string[] | undefined;
  readonly keys: () => string[];
  /** Is called if the propagator throws. */
  readonly fail: () => void;
}

/** What is known about a carrier and the code that reads it. */
export interface TraceOptions {
  /** Whether the trace in the carrier is believed. */
  readonly isBelieved: boolean;
  /** Whether what is active belongs to the work that the carrier describes, such as the span of a request. */
  readonly isOwnFlow: boolean;
}

/**
 * Returns the context in which the work that a carrier describes runs.
 *
 * | Active span | Believed | Not believed |
 * | --- | --- | --- |
 * | of the carrier's trace: instrumentation has started it for this work | it stays | it stays |
 * | of this work, also without the carrier's trace (`isOwnFlow`) | the carrier's trace, if it has one | it stays |
 * | another one: it may be that of the flow that started the worker | the carrier's trace | no span |
 *
 * @param reader undefined if there is no carrier
 */
export function contextOfWork(
  { context, propagation }: OpenTelemetry,
  reader: TraceReader | undefined,
  { isBelieved, isOwnFlow }: TraceOptions,
): Context {
  const active = context.active();
  const span = active.getValue(SPAN);
  const isRoot = span === undefined && active.getValue(OTEL_BAGGAGE) === undefined;
  if (!isBelieved && (isOwnFlow || isRoot)) return active;
  const base = isRoot ? active : active.deleteValue(SPAN).deleteValue(OTEL_BAGGAGE);
  const extracted = reader === undefined ? base : extractSafely(propagation, base, reader);
  const received = traceIdOf(extracted);
  if (received !== undefined && received === traceIdOf(active)) return active;
  if (!isBelieved) return base;
  return isOwnFlow && received === undefined && span !== undefined ? extracted.setValue(SPAN, span) : extracted;
}

/** A propagator is code of the application or of a vendor, and may throw. The work then has no trace. */
function extractSafely(propagation: Propagator | undefined, base: Context, reader: TraceReader): Context {
  try {
    return propagation?.extract(base, reader, { get: ({ get }, key) => get(key), keys: ({ keys }) => keys() }) ?? base;
  } catch {
    reader.fail();
    return base;
  }
}

function traceIdOf(context: Context): string | undefined {
  return (context.getValue(SPAN) as Span | undefined)?.spanContext().traceId;
}
