/** Runs a flow for each click that the page tells of, and tells the page what the flow reads. */
import type { ClickMessage, FlowMessage, StepName } from './messages.js';
import { order, user } from './order.js';

/** Hears what a step has read. */
export type Saw = (step: StepName, read: string | undefined) => void;

/** Lets people follow. */
export type Pause = () => Promise<void>;

function tell(news: FlowMessage): void {
  parent.postMessage(news, location.origin);
}

addEventListener('message', ({ data, source }: MessageEvent<ClickMessage>) => {
  if (source !== parent) return;
  const { flow, pauses } = data;
  const left = pauses.values();
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, left.next().value));
  // The flow is known here by a plain constant, which no storage can mix up.
  const saw: Saw = (step, read) => tell({ kind: 'read', flow, step, read });
  user.run(data.user, order, saw, pause).then(
    () => tell({ kind: 'end', flow }),
    (error: unknown) => tell({ kind: 'failure', flow, reason: String(error) }),
  );
});

// The page looks for this once this window has loaded.
document.documentElement.dataset.state = 'ready';
