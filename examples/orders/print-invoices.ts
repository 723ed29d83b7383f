/** Runs in the thread: computes an invoice for each message. */
import { type BinaryLike, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import { receive } from '@throughline/propagation/worker-threads';
import type { InvoiceMessage, InvoiceRequest } from './invoice-thread.js';
import { createLogLine } from './log-line.js';
import { trust } from './values.js';

/** Runs in a thread of the pool of libuv. */
const computeSeal = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);

if (parentPort === null) throw new Error('print-invoices.js runs in a thread of the worker.');
const worker = parentPort;
receive<InvoiceRequest>(worker, (request) => void printInvoice(request), { trust });

async function printInvoice({ id, data }: InvoiceRequest): Promise<void> {
  const { about, item } = data;
  reply({ line: createLogLine(about, 'printing', `prints an invoice for a ${item}`) });
  const seal = await computeSeal(JSON.stringify(data), 'the shop', 4, { N: 1024 });
  reply({ line: createLogLine(about, 'printed', `printed the invoice with the seal ${seal.toString('hex')}`) });
  reply({ printed: id });
}

function reply(message: InvoiceMessage): void {
  worker.postMessage(message);
}
