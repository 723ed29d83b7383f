/** The signal of the current deadline, for what a transport sends. */
import { shared } from '../shared-state.js';

/** Returns the signal of the deadline of the current flow, or undefined if it has none. */
export function flowSignal(): AbortSignal | undefined {
  return shared.deadlines.getStore()?.signal;
}

/**
 * Combines the signal of a caller with that of the deadline of the current flow.
 * @returns undefined if there is neither
 */
export function withFlowSignal(own: AbortSignal | null | undefined): AbortSignal | undefined {
  const deadline = flowSignal();
  if (deadline === undefined) return own ?? undefined;
  return own == null ? deadline : AbortSignal.any([own, deadline]);
}
