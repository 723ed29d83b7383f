/** The signal of the current deadline, for what a transport sends. */
import { currentDeadline } from '../index.js';

/** Returns the signal of the deadline of the current flow, or of the current request, or undefined if there is none. */
export function flowSignal(): AbortSignal | undefined {
  return currentDeadline()?.signal;
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
