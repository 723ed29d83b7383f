/** Runs in the thread: computes an invoice for each message. */
import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import { extract } from '@throughline/propagation';
import type { InvoiceMessage, InvoiceRequest } from './invoice-thread.js';
import { createLogLine } from './log-line.js';
import { trust } from './values.js';

const send = (message: InvoiceMessage) => parentPort?.postMessage(message);

parentPort?.on('message', (request: InvoiceRequest) => {
  void extract(request.carrier, { trust }).run(printInvoice, request);
});

async function printInvoice({ id, data }: InvoiceRequest): Promise<void> {
  const { about, item } = data;
  send({ line: createLogLine(about, 'printing', `prints an invoice for a ${item}`) });
  const seal = await promisify(scrypt)(JSON.stringify(data), 'the shop', 8);
  const mark = (seal as Buffer).toString('hex');
  send({ line: createLogLine(about, 'printed', `printed the invoice, with the seal ${mark}`) });
  send({ printed: id });
}
