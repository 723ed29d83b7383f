/** The arguments and environment variables with which Node loads `throughline/register` and an agent. */
import { certificate } from '../../loopback/certificate.js';
import type { LoopbackServices } from './loopback-services.js';
import type { Agent, Way } from './registered-app.js';

/** The names of the files in `apps/register/agents`. */
const FILES: Readonly<Record<Exclude<Agent, 'none'>, string>> = {
  OpenTelemetry: 'opentelemetry',
  Sentry: 'sentry',
  Datadog: 'datadog',
  'New Relic': 'newrelic',
};

/** The arguments in front of the file of the application. */
export function argumentsOf({ agent, format, order }: Way): string[] {
  const file = agent === 'none' ? [] : [`./agents/${FILES[agent]}.${format === '-r' ? 'cjs' : 'mjs'}`];
  const register = order === 'without register' ? [] : ['throughline/register'];
  const modules = order === 'register last' ? [...file, ...register] : [...register, ...file];
  return modules.flatMap((module) => [format, module]);
}

/** The environment variables with which the agents send what they record to the services of the test, and nothing else. */
export function agentEnvironment({ origin, securePort }: LoopbackServices): NodeJS.ProcessEnv {
  const { host } = new URL(origin);
  return {
    HELD_ORIGIN: origin,
    // OpenTelemetry
    OTEL_EXPORTER_OTLP_ENDPOINT: origin,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'none',
    // Sentry
    SENTRY_DSN: `http://key@${host}/1`,
    // Datadog
    DD_TRACE_AGENT_URL: origin,
    DD_SERVICE: 'app',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_CRASHTRACKING_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
    // New Relic
    NEW_RELIC_HOME: './agents',
    NEW_RELIC_CONFIG_FILENAME: 'newrelic-configuration.cjs',
    NEW_RELIC_PORT: String(securePort),
    NEW_RELIC_CERTIFICATE: certificate,
  };
}
