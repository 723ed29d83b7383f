import type { ContextManager } from '@opentelemetry/api';
import type { SampleBudget } from '../../suite/sample-budget.js';

/** @returns nanoseconds per operation */
export type ContextWorkload = (manager: ContextManager, budget: SampleBudget) => Promise<number>;
