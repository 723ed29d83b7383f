/** Starts an order for each click that the page posts, and posts back which user each step of it read. */
import type { ClickMessage, FlowMessage } from './messages.js';
import { placeOrder, user } from './order.js';
import type { Pause, Show } from './order-steps.js';

function post(message: FlowMessage): void {
  parent.postMessage(message, location.origin);
}

addEventListener('message', ({ data, source }: MessageEvent<ClickMessage>) => {
  if (source !== parent) return;
  const { flowId } = data;
  const pauses = data.pauses.values();
  const pause: Pause = () => new Promise((resolve) => setTimeout(resolve, pauses.next().value));
  // `flowId` is a plain constant of this closure, so each read is attributed to its flow without any storage.
  const show: Show = (step, user) => post({ kind: 'read', flowId, step, user });
  user.run(data.user, placeOrder, show, pause).then(
    () => post({ kind: 'end', flowId }),
    (error: unknown) => post({ kind: 'failure', flowId, reason: String(error) }),
  );
});

// The page checks for this attribute when the iframe has loaded.
document.documentElement.dataset.state = 'ready';
