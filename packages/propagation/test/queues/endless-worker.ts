/** A worker whose job never ends: prints what it reads, and waits to be killed. Arguments: the port and the queue. */
import { handleJob } from '@throughline/propagation/bullmq';
import { type Job, Worker } from 'bullmq';
import { readLater } from './values.js';

const [port, name = ''] = process.argv.slice(2);

const worker = new Worker(
  name,
  handleJob(
    async (_: Job) => {
      console.log(JSON.stringify(await readLater()));
      await new Promise(() => {});
    },
    { trust: true },
  ),
  // After the kill, the lock ends soon, and so does the time in which no other worker looks for such jobs.
  { connection: { host: '127.0.0.1', port: Number(port) }, lockDuration: 300, stalledInterval: 100 },
);
worker.on('error', () => {});
