/** What the page and the windows in which the flows run tell each other. */

export const stepNames = [
  'click',
  'await',
  'then',
  'timer',
  'fetch',
  'event',
  'catch',
  'generator',
  'for await',
  'all',
] as const;

export type StepName = (typeof stepNames)[number];

/** A user has clicked. */
export interface ClickMessage {
  readonly flow: number;
  readonly user: string;
  /** How many milliseconds the pauses last, in their order: the same in all three modes. */
  readonly pauses: readonly number[];
}

export type FlowMessage =
  | { readonly kind: 'read'; readonly flow: number; readonly step: StepName; readonly read: string | undefined }
  | { readonly kind: 'end'; readonly flow: number }
  | { readonly kind: 'failure'; readonly flow: number; readonly reason: string };
