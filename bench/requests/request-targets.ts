/** The targets for requests. */
import type { Target } from '../suite/suite.js';
import { FRAMEWORK_NAMES, peerOf } from './servers/frameworks.js';

const subject = 'throughline';
const storageCount = 1;

/** On Node 20, promises are followed by hooks, which any storage pays for. */
const BARE_RATIOS = [
  ['requests-node20', 0.88],
  ['requests-node26', 0.95],
] as const;

/** A sixth of the growth that was measured when every request left one object with two fields behind. */
const MAX_GROWTH_BYTES = 16;

export const REQUEST_TARGETS: readonly Target[] = [
  ...FRAMEWORK_NAMES.flatMap((workload): Target[] =>
    BARE_RATIOS.map(([environment, atLeast]) => ({
      environments: [environment],
      workload,
      subject,
      storageCount,
      reference: { subject: 'bare', storageCount },
      bound: { atLeast },
      text: `at least ${atLeast} × the framework alone`,
    })),
  ),
  ...FRAMEWORK_NAMES.flatMap((workload): Target[] => {
    const peer = peerOf(workload);
    if (peer === undefined) return [];
    const reference = { subject: 'peer', storageCount };
    return [
      {
        workload,
        subject: 'throughline-as-peer',
        storageCount,
        reference,
        bound: { atLeast: 1 },
        text: `with the features of \`${peer}\`, no slower than it`,
      },
      {
        workload,
        subject,
        storageCount,
        reference,
        bound: { atLeast: 0.97 },
        text: `with all features, at least 0.97 × \`${peer}\``,
      },
    ];
  }),
  { workload: 'soak', subject, storageCount, bound: { atMost: 0 }, text: '0' },
  ...FRAMEWORK_NAMES.map(
    (name): Target => ({
      workload: `${name}-growth`,
      subject,
      storageCount,
      bound: { atMost: MAX_GROWTH_BYTES },
      text: `at most ${MAX_GROWTH_BYTES} B`,
    }),
  ),
];
