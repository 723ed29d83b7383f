import { activeLoop } from './active-loop.js';
import { boundLoop } from './bound-loop.js';
import type { ContextWorkload } from './context-workload.js';
import { withLoop } from './with-loop.js';

/** By their names in context-suite.ts. */
export const CONTEXT_WORKLOADS: Readonly<Record<string, ContextWorkload>> = {
  with: withLoop,
  active: activeLoop,
  bound: boundLoop,
};
