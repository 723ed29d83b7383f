/** The npm packages of the agents, for each version of Node. */
import type { NodeName } from './registered-app.js';

type Dependencies = Readonly<Record<string, string>>;

const COMMON = { '@fastify/otel': '*', '@opentelemetry/api': '^1.9.0', '@sentry/node': '^11.0.0' };

const CURRENT = {
  ...COMMON,
  '@opentelemetry/auto-instrumentations-node': '^0.82.0',
  '@opentelemetry/sdk-node': '^0.300.0',
  'dd-trace': '^6.0.0',
  newrelic: '^14.0.0',
};

/** The last versions that run on Node 20. */
const FOR_NODE_20 = {
  ...COMMON,
  '@opentelemetry/auto-instrumentations-node': '~0.81.0',
  '@opentelemetry/sdk-node': '~0.223.0',
  'dd-trace': '^5.0.0',
  newrelic: '^13.0.0',
};

/** @param nodes the versions of Node on which the project runs */
export function agentPackages(nodes: readonly NodeName[]): Dependencies {
  return nodes.includes('node20') ? FOR_NODE_20 : CURRENT;
}
