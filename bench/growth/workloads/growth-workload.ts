import type { SampleBudget } from '../../suite/sample-budget.js';
import type { Subject } from '../../suite/subject.js';

/**
 * @param count how many there are of what grows
 * @returns figures by the names of their workloads in growth-suite.ts
 */
export type GrowthWorkload = (
  subject: Subject,
  count: number,
  budget: SampleBudget,
) => Promise<Readonly<Record<string, number>>>;
