/**
 * The process that handles the orders of the queue. It charges the customer and lets a thread print the invoice. Every
 * fifth charge fails the first time.
 */
import { setTimeout } from 'node:timers/promises';
import { handleJob } from '@throughline/propagation/bullmq';
import { type Job, Worker } from 'bullmq';
import { InvoiceThread } from './invoice-thread.js';
import { createLogLine, type LogLine } from './log-line.js';
import { type OrderData, prices, QUEUE } from './order-data.js';
import { trust } from './values.js';

const [host = '', port = ''] = process.argv.slice(2);

/** A message to the shop: a log line, or that the worker is ready. */
export type WorkerMessage = { readonly line: LogLine } | { readonly isReady: true };

const send = (message: WorkerMessage) => process.send?.(message);
const log = (line: LogLine) => send({ line });
const thread = new InvoiceThread(log);

const handleOrder = handleJob(
  async ({ data, attemptsMade }: Job<OrderData>) => {
    const { about, item } = data;
    log(createLogLine(about, 'started', 'took the order from the queue'));
    await setTimeout(Math.random() * 30);
    if (about % 5 === 0 && attemptsMade === 0) {
      log(createLogLine(about, 'charged', 'the bank does not respond, so the job is tried again', true));
      throw new Error('The bank does not respond.');
    }
    log(createLogLine(about, 'charged', `charged ${prices[item]}`));
    await thread.print(data);
    log(createLogLine(about, 'sent', `sent the ${item}`));
  },
  { trust },
);

const worker = new Worker(QUEUE, handleOrder, { connection: { host, port: Number(port) }, concurrency: 16 });
worker.on('error', (error) => console.error(error.message));
process.on('disconnect', () => process.exit());
await worker.waitUntilReady();
send({ isReady: true });
