/**
 * Registers everything that tracing needs with OpenTelemetry's API, on any runtime: a tracer provider, this package's
 * context manager, a propagator and instrumentations. Either all of it is registered or nothing is.
 */
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import { ThroughlineContextManager } from './context-manager.js';
import { checkOptionNames, invalidOption } from './option-names.js';

/** The options that `registerNode()` and `registerWeb()` share. At least one of the first two is needed. */
export interface TracingOptions extends Pick<TracerProviderOptions, 'sampler' | 'spanLimits' | 'idGenerator'> {
  /** Where spans are sent, in batches: an `OTLPTraceExporter`, a `ConsoleSpanExporter` ... */
  exporter?: SpanExporter | undefined;
  /** What else is done with each span. */
  spanProcessors?: readonly SpanProcessor[] | undefined;
  /** The name of the service, as the attribute `service.name` of the resource. */
  serviceName?: string | undefined;
  /** Other attributes of the resource, from `resourceFromAttributes()` or `detectResources()`. */
  resource?: Resource | undefined;
  /** Reads and writes the headers of requests. Default: W3C Trace Context and W3C Baggage. */
  propagator?: TextMapPropagator | undefined;
  /** Instrumentations of libraries. */
  instrumentations?: readonly (Instrumentation | Instrumentation[])[] | undefined;
}

const TRACING_OPTIONS: Readonly<Record<keyof TracingOptions, true>> = {
  exporter: true,
  spanProcessors: true,
  serviceName: true,
  resource: true,
  propagator: true,
  instrumentations: true,
  sampler: true,
  spanLimits: true,
  idGenerator: true,
};

/** What was registered. */
export interface RegisteredTracing {
  /** Creates tracers, and exports the spans that wait with `forceFlush()`. */
  readonly tracerProvider: TracerProvider;
  /**
   * Disables the instrumentations, exports the spans that wait, and removes what was registered, so that it can be
   * registered again. Calling it again returns the same promise.
   * @throws what the exporter throws
   */
  shutdown(): Promise<void>;
}

/**
 * Checks the options before anything is registered or instrumented.
 * @param owner what has the options, as it begins a sentence: 'registerWeb()'
 * @param ownNames the names of options that only this caller has
 */
export function checkTracingOptions(owner: string, options: TracingOptions, ownNames: readonly string[] = []): void {
  checkOptionNames(owner, options, [...Object.keys(TRACING_OPTIONS), ...ownNames]);
  const { exporter, spanProcessors, serviceName, instrumentations } = options;
  for (const [name, value] of Object.entries({ spanProcessors, instrumentations })) {
    if (value !== undefined && !Array.isArray(value)) throw invalidOption(`${owner}: ${name} must be an array.`);
  }
  if (exporter !== undefined && typeof (exporter as Partial<SpanExporter> | null)?.export !== 'function') {
    throw invalidOption(`${owner}: exporter must be a span exporter, such as new OTLPTraceExporter().`);
  }
  if (serviceName !== undefined && typeof serviceName !== 'string') {
    throw invalidOption(`${owner}: serviceName must be a string.`);
  }
  if (exporter === undefined && !spanProcessors?.length) {
    throw invalidOption(
      `${owner} needs an exporter or spanProcessors: without them, no span would be sent anywhere. To see the spans in the ` +
        'console, pass { exporter: new ConsoleSpanExporter() } of @opentelemetry/sdk-trace.',
    );
  }
}

/**
 * Registers and enables everything.
 * @param owner what registers, as it begins a sentence: 'registerWeb()'
 * @param options checked options
 * @param ownInstrumentations instrumentations of the caller, which are not enabled yet
 * @throws {Error} `ERR_ALREADY_REGISTERED` if something else is registered with OpenTelemetry's API
 */
export function registerTracing(
  owner: string,
  options: TracingOptions,
  ownInstrumentations: readonly Instrumentation[] = [],
): RegisteredTracing {
  const tracerProvider = createTracerProvider(options);
  const instrumentations = [...ownInstrumentations, ...(options.instrumentations ?? []).flat()];
  const disable = () => {
    for (const instrumentation of instrumentations) instrumentation.disable();
  };
  const unregister = registerApis(owner, tracerProvider, options.propagator);
  try {
    registerInstrumentations({ instrumentations, tracerProvider });
  } catch (error) {
    disable();
    unregister();
    throw error;
  }
  let ended: Promise<void> | undefined;
  return {
    tracerProvider,
    shutdown() {
      ended ??= Promise.resolve()
        .then(disable)
        .then(() => tracerProvider.shutdown())
        .finally(unregister);
      return ended;
    },
  };
}

function createTracerProvider(options: TracingOptions): TracerProvider {
  const { exporter, spanProcessors = [], serviceName, resource, sampler, spanLimits, idGenerator } = options;
  const named = serviceName === undefined ? null : resourceFromAttributes({ 'service.name': serviceName });
  return new TracerProvider({
    resource: defaultResource()
      .merge(resource ?? null)
      .merge(named),
    spanProcessors: [...spanProcessors, ...(exporter === undefined ? [] : [new BatchSpanProcessor({ exporter })])],
    ...(sampler === undefined ? {} : { sampler }),
    ...(spanLimits === undefined ? {} : { spanLimits }),
    ...(idGenerator === undefined ? {} : { idGenerator }),
  });
}

/** @returns a function that removes what was registered */
function registerApis(owner: string, tracerProvider: TracerProvider, propagator?: TextMapPropagator): () => void {
  const textMapPropagator =
    propagator ??
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });
  const registered: { disable(): void }[] = [];
  const unregister = () => {
    for (const api of registered.splice(0)) api.disable();
  };
  for (const [name, api, register] of [
    ['context manager', context, () => context.setGlobalContextManager(new ThroughlineContextManager())],
    ['tracer provider', trace, () => trace.setGlobalTracerProvider(tracerProvider)],
    ['propagator', propagation, () => propagation.setGlobalPropagator(textMapPropagator)],
  ] as const) {
    if (register()) {
      registered.push(api);
      continue;
    }
    unregister();
    throw Object.assign(
      new Error(
        `${owner} cannot register a ${name} with @opentelemetry/api: one is registered already, or another version of ` +
          '@opentelemetry/api is loaded, which npm ls @opentelemetry/api shows. Register once: remove the other call, or ' +
          'call shutdown() of what it returned first.',
      ),
      { code: 'ERR_ALREADY_REGISTERED' },
    );
  }
  return unregister;
}
