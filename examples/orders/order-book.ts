/**
 * All orders, and the log lines of the latest, as the page shows them. Each line is compared with the order that it is
 * about: with the number and the customer that the shop noted when the order arrived.
 *
 * The page shows a fixed number of orders. An order that is complete and no longer shown is forgotten, so memory does not
 * grow. All orders are counted.
 */
import { type LogLine, type StepName, stepNames, steps } from './log-line.js';

/** How many orders the page shows. */
export const SHOWN_ORDERS = 12;

interface Order {
  readonly number: number;
  readonly customer: string;
  readonly item: string;
  readonly lines: LogLine[];
}

export class OrderBook {
  readonly totals = { orders: 0, complete: 0, lines: 0, retries: 0, wrong: 0, missing: 0 };
  readonly #orders = new Map<number, Order>();
  readonly #waiting = new Map<number, () => void>();
  #lastNumber = 0;

  /** Notes a new order, and returns its number. */
  add(customer: string, item: string): number {
    const number = ++this.#lastNumber;
    this.totals.orders++;
    this.#orders.set(number, { number, customer, item, lines: [] });
    this.#forgetOldOrders();
    return number;
  }

  /** Adds a line to its order. A value that it has not read, or that is another order's, is counted. */
  addLine(line: LogLine): void {
    const order = this.#orders.get(line.about);
    if (order === undefined) return;
    this.totals.lines++;
    if (line.hasFailed) this.totals.retries++;
    for (const [read, expected] of [
      [line.fields.order, order.number],
      [line.fields.customer, order.customer],
    ]) {
      if (read === undefined) this.totals.missing++;
      else if (read !== expected) this.totals.wrong++;
    }
    const wasComplete = isComplete(order);
    order.lines.push(line);
    if (wasComplete || !isComplete(order)) return;
    this.totals.complete++;
    this.#waiting.get(order.number)?.();
    this.#waiting.delete(order.number);
  }

  /** Resolves once all steps of an order have run. */
  whenComplete(number: number): Promise<void> {
    const order = this.#orders.get(number);
    if (order === undefined || isComplete(order)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }

  /** @returns everything that the page shows, as JSON */
  snapshot(): string {
    const orders = [...this.#orders.values()].slice(-SHOWN_ORDERS).reverse();
    const { orders: count, ...totals } = this.totals;
    return JSON.stringify({
      ...totals,
      count,
      orders: orders.map((order) => ({
        number: order.number,
        customer: order.customer,
        item: order.item,
        isComplete: isComplete(order),
        reads: stepNames.map((step) => readAt(order, step)),
        lines: order.lines
          .toSorted((a, b) => a.time - b.time)
          .map(({ time, ...line }, _, [first]) => ({
            ...line,
            process: steps[line.step],
            after: time - (first?.time ?? time),
          })),
      })),
    });
  }

  #forgetOldOrders(): void {
    for (const order of this.#orders.values()) {
      if (this.#orders.size <= SHOWN_ORDERS) return;
      if (isComplete(order)) this.#orders.delete(order.number);
    }
  }
}

function lineOf({ lines }: Order, step: StepName): LogLine | undefined {
  return lines.find((line) => line.step === step && !line.hasFailed);
}

function isComplete(order: Order): boolean {
  return stepNames.every((step) => lineOf(order, step) !== undefined);
}

/** The order that a step has read: 'none' if it has read no value, and null if it has not run. */
function readAt(order: Order, step: StepName): unknown {
  const line = lineOf(order, step);
  return line === undefined ? null : (line.fields.order ?? 'none');
}
