/** What the shop does for an order. Only the job has its number as data; each line reads the order of its flow. */
import { setTimeout } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { createLogLine, type LogWriter } from './log-line.js';
import { type Item, type OrderData, prices } from './order-data.js';
import { customer, orderNumber } from './values.js';

/** Runs an order in a flow of its own, until it is in the queue. */
export function placeOrder(
  queue: Queue<OrderData>,
  log: LogWriter,
  order: { readonly about: number; readonly customer: string; readonly item: Item },
): Promise<void> {
  const { about, item } = order;
  return orderNumber.run(about, () => customer.run(order.customer, () => sendToQueue(queue, log, { about, item })));
}

async function sendToQueue(queue: Queue<OrderData>, log: LogWriter, data: OrderData): Promise<void> {
  const { about, item } = data;
  log(createLogLine(about, 'received', `received an order for a ${item}`));
  await setTimeout(Math.random() * 20);
  log(createLogLine(about, 'priced', `priced the ${item} at ${prices[item]}`));
  // A charge that fails is tried again.
  await queue.add('order', data, { attempts: 3, backoff: 100, removeOnComplete: true });
  log(createLogLine(about, 'queued', 'put the order into the queue'));
}
