/** The targets for the transform. */
import type { Target } from '../suite/suite.js';

export const TRANSFORM_TARGETS: readonly Target[] = ['react-dom', 'typescript', 'app'].flatMap((workload): Target[] => [
  {
    workload,
    subject: 'throughline',
    storageCount: 0,
    reference: { subject: 'babel', storageCount: 0 },
    bound: { atLeast: 3 },
    text: 'at least 3 × as fast as Babel',
  },
  {
    workload,
    subject: 'throughline',
    storageCount: 0,
    reference: { subject: 'esbuild', storageCount: 0 },
    bound: { atLeast: 1 },
    text: 'no slower than esbuild',
  },
  {
    workload: `${workload}-size`,
    subject: 'throughline',
    storageCount: 0,
    bound: { atMost: 1.1 },
    text: 'at most 1.1 × the input size',
  },
]);
