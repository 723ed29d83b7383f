const { FastifyOtelInstrumentation } = require('@fastify/otel');
const { trace } = require('@opentelemetry/api');
const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const instrumentations = [
  getNodeAutoInstrumentations(),
  new FastifyOtelInstrumentation({ registerOnInitialization: true }),
];
new NodeSDK({ instrumentations }).start();
globalThis.agent = { readTrace: () => trace.getActiveSpan()?.spanContext().traceId };
