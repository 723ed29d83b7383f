/** NATS only: RabbitMQ takes many seconds to start, so the tests that `npm run test:all` runs with it start it once. */
import { equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { probeTcpPort } from '../processes/index.js';
import { isNotInstalled, startNats } from './index.js';

test('NATS starts, stops, starts again at the same URL, and ends when it is disposed of', async (context) => {
  const broker = await startNats();
  if (isNotInstalled(broker)) {
    context.skip(broker.reason);
    return;
  }
  const { url, port } = broker;
  await probeTcpPort(port);
  await broker.stop();
  await rejects(probeTcpPort(port));
  await broker.start();
  await probeTcpPort(port);
  equal(broker.url, url);
  await broker[Symbol.asyncDispose]();
  await rejects(probeTcpPort(port));
});
