/** Runs the examples of the public docblocks, and compares what they print with their comments. */
import { testDocblocks } from '@throughline/testing/docblocks';
import { transformSync } from 'esbuild';

const needsRedis = 'it needs Redis: test/queues/queue-examples.test.ts runs it';
const needsRabbitMq = 'it needs RabbitMQ: npm run test:all runs it';
const needsNats = 'it needs NATS: test/queues/queue-examples.test.ts runs it';
const needsPostgres = 'it needs PostgreSQL: test/queues/queue-examples.test.ts runs it';

testDocblocks({
  packageFolder: new URL('../../', import.meta.url),
  withoutExample: {
    'Endpoint.postMessage of ./comlink': 'only Comlink calls it',
    'MessageHeaders.get of ./nats': 'NATS has it',
    'MessageHeaders.set of ./nats': 'NATS has it',
    'MessageHeaders.values of ./nats': 'NATS has it',
    'MessageHeaders.keys of ./nats': 'NATS has it',
  },
  silent: { 'handleMessage of ./kafkajs': 'it connects to no broker' },
  notRun: {
    'createTelemetry of ./bullmq': needsRedis,
    'injectJob of ./bullmq': needsRedis,
    'injectFlow of ./bullmq': needsRedis,
    'extractJob of ./bullmq': needsRedis,
    'handleJob of ./bullmq': needsRedis,
    'handleJobEvent of ./bullmq': needsRedis,
    'injectMessage of ./amqplib': needsRabbitMq,
    'extractMessage of ./amqplib': needsRabbitMq,
    'handleMessage of ./amqplib': needsRabbitMq,
    'injectHeaders of ./nats': needsNats,
    'extractMessage of ./nats': needsNats,
    'handleMessage of ./nats': needsNats,
    'injectData of ./pg-boss': needsPostgres,
    'extractJob of ./pg-boss': needsPostgres,
    'handleJob of ./pg-boss': needsPostgres,
    'runTask of ./piscina':
      'its pool has a file of its own; guide-programs.test.ts runs the same program with both files',
  },
  toJavaScript: (code) => transformSync(code, { loader: 'ts' }).code,
});
