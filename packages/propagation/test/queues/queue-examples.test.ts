/** The examples of the queues, except those with RabbitMQ: see test-rabbitmq.ts. */
import { test } from 'node:test';
import { startNats } from '@throughline/testing/brokers';
import { startPostgres, startRedis } from '@throughline/testing/databases';
import { runExamples, runExamplesWithoutServer } from './queue-examples.js';
import { withServer } from './with-server.js';

for (const [title, start] of [
  ['Redis', startRedis],
  ['NATS', startNats],
  ['PostgreSQL', startPostgres],
] as const) {
  test(`the examples with ${title} print what their comments show`, { timeout: 300_000 }, (context) =>
    withServer(context, start, ({ port }) => runExamples(context, title, port)),
  );
}

test('the examples without a server print what their comments show', runExamplesWithoutServer);
