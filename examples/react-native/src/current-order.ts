/** The scope of an order: what every function that runs for it can read, without an argument. */
import { AsyncLocalStorage } from 'throughline';

export interface OrderScope {
  readonly user: string;
  /** The identifier of the trace, which the server finds in the header `traceparent`. */
  readonly traceId: string;
}

const storage = new AsyncLocalStorage<OrderScope>();

let orderCount = 0;

/** Runs a function, and everything that it starts, in the scope of a new order. */
export function withOrder<T>(user: string, run: () => T): T {
  orderCount++;
  return storage.run({ user, traceId: orderCount.toString(16).padStart(32, '0') }, run);
}

/** Returns the scope of the order for which the calling code runs; undefined outside of all orders. */
export function currentOrder(): OrderScope | undefined {
  return storage.getStore();
}
