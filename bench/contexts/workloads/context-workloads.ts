import type { ContextManager } from '@opentelemetry/api';
import type { SampleBudget } from '../../suite/sample-budget.js';
import { activeLoop } from './active-loop.js';
import { boundLoop } from './bound-loop.js';
import { withLoop } from './with-loop.js';

export { contextOf } from './contexts.js';

/** @returns nanoseconds per operation */
export type ContextWorkload = (manager: ContextManager, budget: SampleBudget) => Promise<number>;

/** By their names in context-suite.ts. */
export const CONTEXT_WORKLOADS: Readonly<Record<string, ContextWorkload>> = {
  with: withLoop,
  active: activeLoop,
  bound: boundLoop,
};
