/** Log lines that name the user and the trace of the order for which they are written. */
import { currentOrder } from '../current-order';

export function log(message: string): void {
  const order = currentOrder();
  const scope = order === undefined ? '' : ` user="${order.user}" trace=${order.traceId}`;
  console.log(`order: ${message}${scope}`);
}
