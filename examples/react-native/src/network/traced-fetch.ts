/** `fetch` with the trace of the order for which it is called. */
import { currentOrder } from '../current-order';

let spanCount = 0;

export function tracedFetch(url: string): Promise<Response> {
  const order = currentOrder();
  if (order === undefined) return fetch(url);
  spanCount++;
  const spanId = spanCount.toString(16).padStart(16, '0');
  return fetch(url, { headers: { traceparent: `00-${order.traceId}-${spanId}-01` } });
}
