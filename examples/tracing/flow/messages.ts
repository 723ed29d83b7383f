/** The messages between the page and the iframes in which the flows run. */

/** From the page: a user clicked. */
export interface ClickMessage {
  readonly flowId: number;
  /** The length of each pause in milliseconds, in order. All three modes get the same pauses. */
  readonly pauses: readonly number[];
}

/** A span that has started. */
export interface StartedSpan {
  readonly flowId: number;
  readonly spanId: string;
  /** The id of the span that was active; undefined if none was. */
  readonly parentId: string | undefined;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
}

/** From an iframe: a span started or ended, the flow ended, or the flow failed. */
export type FlowMessage =
  | ({ readonly kind: 'start' } & StartedSpan)
  | { readonly kind: 'end'; readonly flowId: number; readonly spanId: string; readonly endTime: number }
  | { readonly kind: 'done'; readonly flowId: number }
  | { readonly kind: 'failure'; readonly flowId: number; readonly reason: string };
