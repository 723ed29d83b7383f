/** The targets for sessions. */
import type { Target } from '../suite/suite.js';

const common = { subject: 'throughline', storageCount: 0, reference: { subject: 'peer', storageCount: 0 } } as const;

export const SESSION_TARGETS: readonly Target[] = (['express', 'fastify'] as const).flatMap((framework): Target[] => [
  { ...common, workload: `${framework}-memory-read`, bound: { atMost: 0.5 }, text: 'at most 0.5 × the peer' },
  { ...common, workload: `${framework}-memory-write`, bound: { atMost: 0.8 }, text: 'at most 0.8 × the peer' },
  ...(['read', 'write'] as const).map(
    (access): Target => ({
      ...common,
      workload: `${framework}-redis-${access}`,
      bound: { atMost: 1 },
      text: 'no slower than the peer',
    }),
  ),
  {
    workload: `${framework}-redis-write-commands`,
    subject: 'throughline',
    storageCount: 0,
    bound: { atMost: 2 },
    text: 'at most 2',
  },
]);
