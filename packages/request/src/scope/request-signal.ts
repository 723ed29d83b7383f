/** The abort signal of a request. */
import type { Exchange } from './exchange.js';

/**
 * Creates the signal of a request, which aborts when the client disconnects or when a deadline passes.
 * @param startTime when the request started, in milliseconds since the epoch
 * @param exchange undefined for a scope that was opened by hand: its signal never aborts
 * @param deadline milliseconds after `startTime`
 * @param carried the signal of the deadline that the request carries
 */
export function createSignal(
  startTime: number,
  exchange: Exchange | undefined,
  deadline: number | undefined,
  carried?: AbortSignal,
): AbortSignal {
  const controller = new AbortController();
  exchange?.onClientGone(() => {
    controller.abort(new DOMException('The client disconnected before its response had ended.', 'AbortError'));
  });
  if (carried !== undefined) abortWith(controller, carried, exchange);
  if (deadline !== undefined) abortAtDeadline(controller, startTime + deadline, deadline, exchange);
  return controller.signal;
}

function abortWith(controller: AbortController, carried: AbortSignal, exchange: Exchange | undefined): void {
  const abort = () => controller.abort(carried.reason);
  if (carried.aborted) {
    abort();
    return;
  }
  carried.addEventListener('abort', abort, { once: true });
  exchange?.onClose(() => carried.removeEventListener('abort', abort));
}

function abortAtDeadline(
  controller: AbortController,
  deadlineTime: number,
  deadline: number,
  exchange: Exchange | undefined,
): void {
  const abort = () => {
    controller.abort(new DOMException(`The request took longer than its deadline of ${deadline} ms.`, 'TimeoutError'));
  };
  const remaining = deadlineTime - Date.now();
  if (remaining <= 0) {
    abort();
    return;
  }
  const timer = setTimeout(abort, remaining);
  // A waiting request must not keep the process alive. In browsers and workerd, timers are numbers without unref().
  if (typeof timer === 'object') timer.unref();
  exchange?.onClose(() => clearTimeout(timer));
}
