/** The steps of an order, in the order in which they run, and the two functions that an order calls between them. */

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

/** Draws the box of a step, with the user that the step read. */
export type Show = (step: StepName, user: string | undefined) => void;

/** Waits for a moment, so that a visitor can follow the steps. */
export type Pause = () => Promise<void>;
