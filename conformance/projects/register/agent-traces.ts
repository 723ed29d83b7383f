/**
 * Reads what agents send to their collectors, and converts it to spans of one form:
 *
 *     OpenTelemetry   POST /v1/traces                             JSON of the OpenTelemetry protocol
 *     Sentry          POST /api/1/envelope/                       lines of JSON
 *     Datadog         PUT /v0.4/traces                            MessagePack
 *     New Relic       POST /agent_listener/invoke_raw_method      JSON, on HTTPS
 */
import { decode } from '@msgpack/msgpack';

export interface Span {
  readonly traceId: string;
  readonly id: string;
  /** `undefined` for the root of a trace. */
  readonly parentId: string | undefined;
  /** Whether it stands for a request that the server has received. */
  readonly isServer: boolean;
  /** The path that it has called of the host that holds requests, if it is such a call. */
  readonly heldPath: string | undefined;
  /** The name and the attributes. */
  readonly text: string;
}

/** Adds the path. The attributes contain it as part of a URL or alone. */
function withHeldPath(span: Omit<Span, 'heldPath'>): Span {
  return { ...span, heldPath: /\/held\/[\w-]+\/[\w-]+\/[\w-]+/.exec(span.text)?.[0] };
}

interface OpenTelemetrySpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
}

const OPENTELEMETRY_SERVER = 2;

/** Reads the body of an export request. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export function readOpenTelemetrySpans(body: Buffer): Span[] {
  const { resourceSpans }: { resourceSpans: { scopeSpans: { spans: OpenTelemetrySpan[] }[] }[] } = JSON.parse(
    body.toString(),
  );
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map((span) => ({
      traceId: span.traceId,
      id: span.spanId,
      parentId: span.parentSpanId || undefined,
      isServer: span.kind === OPENTELEMETRY_SERVER,
      text: JSON.stringify(span),
    }))
    .map(withHeldPath);
}

interface SentryItem {
  items?: {
    trace_id: string;
    span_id: string;
    parent_span_id?: string;
    attributes?: Record<string, { value: unknown }>;
  }[];
}

/** Reads an envelope, whose lines are headers and items. https://develop.sentry.dev/sdk/foundations/envelopes/ */
export function readSentrySpans(body: Buffer): Span[] {
  const lines = body.toString().split('\n');
  return lines
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as SentryItem).items ?? [])
    .filter(({ span_id }) => span_id !== undefined)
    .map((span) => ({
      traceId: span.trace_id,
      id: span.span_id,
      parentId: span.parent_span_id,
      isServer: span.attributes?.['sentry.op']?.value === 'http.server',
      text: JSON.stringify(span),
    }))
    .map(withHeldPath);
}

interface DatadogSpan {
  trace_id: bigint;
  span_id: bigint;
  parent_id: bigint;
  name: string;
  resource: string;
  meta: Record<string, string>;
}

/** Reads what the tracer sends to the agent of Datadog: a list of lists of spans. */
export function readDatadogSpans(body: Buffer): Span[] {
  const traces = decode(body, { useBigInt64: true }) as DatadogSpan[][];
  const spans = traces.flat().map(({ trace_id, span_id, parent_id, name, resource, meta }) => ({
    traceId: String(trace_id),
    id: String(span_id),
    parentId: BigInt(parent_id) === 0n ? undefined : String(parent_id),
    isServer: meta['span.kind'] === 'server',
    text: JSON.stringify({ name, resource, meta }),
  }));
  return spans.map(withHeldPath);
}

interface NewRelicIntrinsics {
  guid: string;
  traceId: string;
  parentId?: string;
  'nr.entryPoint'?: boolean;
}

/** Reads the parameters of `span_event_data`: the run, the metadata, and the attributes of each span. */
export function readNewRelicSpans(body: Buffer): Span[] {
  const [, , events]: [string, object, [NewRelicIntrinsics, object, object][]] = JSON.parse(body.toString());
  const spans = events.map(([intrinsics, user, agent]) => ({
    traceId: intrinsics.traceId,
    id: intrinsics.guid,
    parentId: intrinsics.parentId,
    isServer: intrinsics['nr.entryPoint'] === true,
    text: JSON.stringify({ ...intrinsics, ...user, ...agent }),
  }));
  return spans.map(withHeldPath);
}
