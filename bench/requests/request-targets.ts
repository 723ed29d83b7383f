/** The targets for requests. */
import type { Target } from '../suite/suite.js';
import { FRAMEWORK_NAMES, peerOf } from './servers/frameworks.js';

const subject = 'throughline';
const storageCount = 1;

/** A sixth of the growth that was measured when every request left one object with two fields behind. */
const MAX_GROWTH_BYTES = 16;

export const REQUEST_TARGETS: readonly Target[] = [
  ...FRAMEWORK_NAMES.map(
    (workload): Target => ({
      workload,
      subject,
      storageCount,
      reference: { subject: 'bare', storageCount },
      bound: { atLeast: 0.95 },
      text: 'at least 0.95 × the framework alone',
    }),
  ),
  ...FRAMEWORK_NAMES.flatMap((workload): Target[] => {
    const peer = peerOf(workload);
    if (peer === undefined) return [];
    const reference = { subject: 'peer', storageCount };
    return [{ workload, subject, storageCount, reference, bound: { atLeast: 1 }, text: `no slower than \`${peer}\`` }];
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
