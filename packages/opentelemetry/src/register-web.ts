/** Registers tracing for a page with one call. */
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { FetchInstrumentation, type FetchInstrumentationConfig } from '@opentelemetry/instrumentation-fetch';
import {
  UserInteractionInstrumentation,
  type UserInteractionInstrumentationConfig,
} from '@opentelemetry/instrumentation-user-interaction';
import {
  XMLHttpRequestInstrumentation,
  type XMLHttpRequestInstrumentationConfig,
} from '@opentelemetry/instrumentation-xml-http-request';
import { invalidOption } from './option-names.js';
import {
  checkTracingOptions,
  type RegisteredTracing,
  registerTracing,
  type TracingOptions,
} from './register-tracing.js';

export type { RegisteredTracing, TracingOptions };

/** The options of `registerWeb()`. */
export interface WebTracingOptions extends TracingOptions {
  /** How `fetch` is traced; `false`: not at all. */
  fetch?: FetchInstrumentationConfig | false | undefined;
  /** How `XMLHttpRequest` is traced; `false`: not at all. */
  xmlHttpRequest?: XMLHttpRequestInstrumentationConfig | false | undefined;
  /** How clicks and other events of elements are traced; `false`: not at all. */
  userInteraction?: UserInteractionInstrumentationConfig | false | undefined;
}

const INSTRUMENTATION_NAMES = ['fetch', 'xmlHttpRequest', 'userInteraction'] as const;

/**
 * Traces a page or a worker: clicks, `fetch` and `XMLHttpRequest` become spans, whose parents are right across native
 * `await`. Registers a tracer provider that exports spans, the context manager of this package, the propagation of W3C
 * Trace Context, and OpenTelemetry's instrumentations. A worker has no clicks, and a service worker no `XMLHttpRequest`.
 * @param options `exporter` or `spanProcessors`, and what else differs from the defaults
 * @returns the tracer provider, and `shutdown()`
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option does not exist or has an invalid value
 * @throws {Error} `ERR_ALREADY_REGISTERED` if OpenTelemetry is registered already, and `ERR_NO_PAGE` outside of browsers
 * @example
 * import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
 * import { registerWeb } from '@throughline/opentelemetry/web';
 *
 * registerWeb({ serviceName: 'shop', exporter: new OTLPTraceExporter({ url: '/v1/traces' }) });
 * @see https://opentelemetry.io/docs/languages/js/getting-started/browser/
 */
export function registerWeb(options: WebTracingOptions): RegisteredTracing {
  checkTracingOptions('registerWeb()', options, INSTRUMENTATION_NAMES);
  for (const name of INSTRUMENTATION_NAMES) {
    const config = options[name];
    if (config === undefined || config === false || (typeof config === 'object' && config !== null)) continue;
    throw invalidOption(
      `registerWeb(): ${name} must be an object with the options of its instrumentation, or false to leave it out.`,
    );
  }
  if (typeof document === 'undefined' && !('WorkerGlobalScope' in globalThis)) {
    throw Object.assign(
      new Error(
        'registerWeb() traces a page or a worker of a browser, and this is neither: there is no document. On a server, ' +
          'use registerNode() of @throughline/opentelemetry/node. In a module that is rendered on the server too, call ' +
          "registerWeb() only if typeof document === 'object'.",
      ),
      { code: 'ERR_NO_PAGE' },
    );
  }
  return registerTracing('registerWeb()', options, createInstrumentations(options));
}

/** Creates the instrumentations of what this page or worker has. */
function createInstrumentations(options: WebTracingOptions): Instrumentation[] {
  // Otherwise they would patch the page before anything is registered.
  const disabled = { enabled: false };
  const created: Instrumentation[] = [];
  if (options.fetch !== false && typeof fetch === 'function') {
    created.push(new FetchInstrumentation({ ...options.fetch, ...disabled }));
  }
  if (options.xmlHttpRequest !== false && typeof XMLHttpRequest === 'function') {
    created.push(new XMLHttpRequestInstrumentation({ ...options.xmlHttpRequest, ...disabled }));
  }
  if (options.userInteraction !== false && typeof document === 'object') {
    created.push(new UserInteractionInstrumentation({ ...options.userInteraction, ...disabled }));
  }
  return created;
}
