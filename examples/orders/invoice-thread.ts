/** The thread that prints invoices, as the worker sees it. Each invoice is a message that carries the values of its order. */
import { Worker } from 'node:worker_threads';
import { send } from '@throughline/propagation/worker-threads';
import type { LogLine, LogWriter } from './log-line.js';
import type { OrderData } from './order-data.js';

/** What the worker sends to the thread. */
export interface InvoiceRequest {
  readonly id: number;
  readonly data: OrderData;
}

/** What the thread sends back: a log line, or that an invoice is ready. */
export type InvoiceMessage = { readonly line: LogLine } | { readonly printed: number };

export class InvoiceThread {
  readonly #thread = new Worker(new URL('print-invoices.js', import.meta.url));
  readonly #waiting = new Map<number, () => void>();
  #lastId = 0;

  constructor(log: LogWriter) {
    this.#thread.on('message', (message: InvoiceMessage) => {
      if ('line' in message) {
        log(message.line);
        return;
      }
      this.#waiting.get(message.printed)?.();
      this.#waiting.delete(message.printed);
    });
  }

  /** Resolves once the invoice of an order is ready. */
  print(data: OrderData): Promise<void> {
    const id = ++this.#lastId;
    const request: InvoiceRequest = { id, data };
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      send(this.#thread, request);
    });
  }
}
