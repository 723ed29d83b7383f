/** The signal of a request: it aborts when the client goes away or the deadline passes. */
import type { Exchange } from './exchange.js';

export function signalOf(startTime: number, exchange: Exchange | undefined, deadline: number | undefined): AbortSignal {
  const controller = new AbortController();
  exchange?.onClientGone(() => {
    controller.abort(new DOMException('The client went away before its answer had ended.', 'AbortError'));
  });
  if (deadline !== undefined) watchDeadline(controller, startTime + deadline, deadline, exchange);
  return controller.signal;
}

function watchDeadline(
  controller: AbortController,
  end: number,
  deadline: number,
  exchange: Exchange | undefined,
): void {
  const pass = () => {
    controller.abort(new DOMException(`The request has taken longer than its ${deadline} ms.`, 'TimeoutError'));
  };
  const left = end - Date.now();
  if (left <= 0) {
    pass();
    return;
  }
  const timer = setTimeout(pass, left);
  // A process may end while a request waits; timers of browsers and workerd are numbers.
  if (typeof timer === 'object') timer.unref();
  exchange?.onClose(() => clearTimeout(timer));
}
