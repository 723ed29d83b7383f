/** The messages between the page and the iframes in which the flows run. */
import type { StepName } from './order-steps.js';

/** From the page: a user clicked. */
export interface ClickMessage {
  readonly flowId: number;
  readonly user: string;
  /** The length of each pause in milliseconds, in order. All three modes get the same pauses. */
  readonly pauses: readonly number[];
}

/** From an iframe: a step read the user, the flow ended, or the flow failed. */
export type FlowMessage =
  | { readonly kind: 'read'; readonly flowId: number; readonly step: StepName; readonly user: string | undefined }
  | { readonly kind: 'end'; readonly flowId: number }
  | { readonly kind: 'failure'; readonly flowId: number; readonly reason: string };
