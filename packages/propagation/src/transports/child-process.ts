/**
 * Child processes that carry values: in the messages of `fork()`, in both directions, and in the environment of
 * `spawn()`, as OpenTelemetry specifies it: `TRACEPARENT`, `TRACESTATE`, `BAGGAGE`.
 *
 * Both ends of an IPC channel belong to one application, so the values of messages are believed by default. An
 * environment comes from the program that started the process, so its values are believed only if the program says so.
 *
 * @see https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
import { type Extracted, extract, inject } from '../index.js';
import { checkOptionNames } from '../option-names.js';
import { BAGGAGE, TIMEOUT } from '../wire/carrier.js';
import { traceFields } from '../wire/trace-context.js';
import { checkTrust, type Trust } from './trust-option.js';

export { type MessageTarget, receive, type SendArguments, send } from './ipc-messages.js';
export type { MessageSource, ReceiveOptions } from './message-listener.js';

/** The variables of an environment. */
export type Environment = Record<string, string | undefined>;

/** As OpenTelemetry specifies: upper case, and an underscore for every other character. */
function variableOf(key: string): string {
  return key.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/**
 * Adds the values of the current flow to the environment of a child process. Variables with the values of the flow that
 * started this process are replaced or removed.
 * @param environment the variables that the child gets. Default: `process.env`
 * @returns a copy of the environment, for `spawn(command, args, { env })`
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if a value is too long
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { injectEnvironment } from '@throughline/propagation/child-process';
 *
 * const tenant = new Propagated('tenant');
 * const env = tenant.run('acme', () => injectEnvironment({ PATH: '/usr/bin' }));
 * console.log(env.PATH, env.BAGGAGE); // /usr/bin tenant=acme
 * @see https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
export function injectEnvironment(environment: Environment = process.env): Environment {
  const env: Environment = { ...environment };
  // A process that was started with values would pass them on to its own children, in every flow.
  for (const key of [...traceFields(), BAGGAGE, TIMEOUT]) delete env[variableOf(key)];
  return inject(env, {
    set: (carrier, key, value) => {
      carrier[variableOf(key)] = value;
    },
  });
}

/** The options of `extractEnvironment()`. */
export interface ExtractEnvironmentOptions {
  /** Whether the values are believed: all of them, none, or those with these names. Default: `false`. */
  trust?: Trust | undefined;

  /** The variables. Default: `process.env`. */
  environment?: Environment | undefined;
}

const EXTRACT_OPTION_NAMES: ReadonlySet<string> = new Set(['trust', 'environment']);

/**
 * Reads the values in the environment of this process.
 * @param options `trust` and `environment`
 * @returns the values. `run(fn)` calls a function with them.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { extractEnvironment } from '@throughline/propagation/child-process';
 *
 * const tenant = new Propagated('tenant');
 * process.env.BAGGAGE = 'tenant=acme'; // as the process that started this one has set it
 * extractEnvironment({ trust: true }).run(() => console.log(tenant.get())); // acme
 * @see https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
export function extractEnvironment(options: ExtractEnvironmentOptions = {}): Extracted {
  checkOptionNames('extractEnvironment()', options, EXTRACT_OPTION_NAMES);
  checkTrust('extractEnvironment()', options.trust);
  const { trust = false, environment = process.env } = options;
  return extract(environment, {
    trust,
    from: 'the environment of this process',
    get: (carrier, key) => carrier[variableOf(key)],
  });
}
