/** The first service of the proof. Asks the second one, and adds a job. Arguments: the ports of the second and of Redis. */
import { Agent } from 'node:http';
import { createTelemetry } from '@throughline/propagation/bullmq';
import { Queue } from 'bullmq';
import { type JobData, QUEUE } from './job-data.js';
import { callService, runService } from './numbered-service.js';
import { readValues } from './request-values.js';

const [stockPort, redisPort] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });
const queue = new Queue<JobData>(QUEUE, {
  connection: { host: '127.0.0.1', port: Number(redisPort) },
  telemetry: createTelemetry(),
});
// While Redis restarts, BullMQ reports the lost connection here, and repeats its commands.
queue.on('error', () => {});

await runService(async (number, check) => {
  const stock = await callService(agent, Number(stockPort), number);
  check();
  // A command is repeated if the connection is lost before Redis has responded. The id makes that one job.
  const options = { jobId: `request-${number}`, attempts: 3, removeOnComplete: true };
  await queue.add('job', { number }, options);
  check();
  return { stock, front: readValues() };
});
