/** The figures to reach for the transform. */
import type { Target } from '../suite/suite.js';

export const TARGETS: readonly Target[] = ['react-dom', 'typescript', 'app'].flatMap((workload): Target[] => [
  {
    workload,
    subject: 'throughline',
    k: 0,
    against: { subject: 'babel', k: 0 },
    bound: { atLeast: 3 },
    text: 'at least 3 × Babel’s',
  },
  {
    workload: `${workload}-size`,
    subject: 'throughline',
    k: 0,
    bound: { atMost: 1.1 },
    text: 'at most 1.1 × the input’s',
  },
]);
