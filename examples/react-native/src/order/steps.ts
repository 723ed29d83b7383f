/** The steps of an order, in the order in which they run. */
export const STEPS = [
  'tap',
  'await',
  'then',
  'timer',
  'immediate',
  'frame',
  'fetch',
  'catch',
  'generator',
  'for await',
  'all',
] as const;

export type Step = (typeof STEPS)[number];
