/**
 * A worker of the proof, which may be killed at any time. It keeps its counts in Redis, in one transaction for each job.
 * Argument: the port of Redis.
 */
import { setTimeout } from 'node:timers/promises';
import { handleJob } from '@throughline/propagation/bullmq';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { COUNTS_KEY, DONE_KEY, failsFirst, type JobData, QUEUE } from './job-data.js';
import { countReads, noReads } from './request-values.js';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const redis = new Redis({ ...connection, maxRetriesPerRequest: null });
redis.on('error', () => {});

const handle = handleJob(
  async ({ data: { number }, attemptsMade, attemptsStarted }: Job<JobData>) => {
    const counts = noReads();
    const check = () => countReads(counts, number);
    check();
    await setTimeout(Math.random() * 5);
    check();
    await redis.ping();
    check();
    const isFailing = failsFirst(number) && attemptsMade === 0;
    const transaction = redis.multi();
    for (const [name, count] of Object.entries(counts)) {
      if (count > 0) transaction.hincrby(COUNTS_KEY, name, count);
    }
    if (attemptsMade > 0) transaction.hincrby(COUNTS_KEY, 'retried', 1);
    // An attempt that was started and not made: its worker was killed.
    if (attemptsStarted > attemptsMade + 1) transaction.hincrby(COUNTS_KEY, 'restarted', 1);
    if (!isFailing) transaction.setbit(DONE_KEY, number, 1);
    await transaction.exec();
    if (isFailing) throw new Error('The first attempt of this job fails.');
  },
  { trust: true },
);

const worker = new Worker<JobData>(QUEUE, handle, {
  connection,
  concurrency: 50,
  // A killed worker keeps its jobs only until their locks end.
  lockDuration: 5000,
  stalledInterval: 1000,
  maxStalledCount: 100,
});
worker.on('error', () => {});
process.on('disconnect', () => process.exit());
