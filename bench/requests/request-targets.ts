/** The figures to reach with requests. */
import type { Target } from '../suite/suite.js';
import { FRAMEWORK_NAMES, peerOf } from './servers/frameworks.js';

const subject = 'throughline';
const k = 1;

/** Six times less than what an object of two fields weighs here, if every request leaves one behind. */
const FLAT_BYTES = 16;

export const TARGETS: readonly Target[] = [
  ...FRAMEWORK_NAMES.map(
    (workload): Target => ({
      workload,
      subject,
      k,
      against: { subject: 'bare', k },
      bound: { atLeast: 0.95 },
      text: 'at least 0.95 of the framework alone',
    }),
  ),
  ...FRAMEWORK_NAMES.flatMap((workload): Target[] => {
    const peer = peerOf(workload);
    if (peer === undefined) return [];
    const text = `no slower than \`${peer}\``;
    return [{ workload, subject, k, against: { subject: 'peer', k }, bound: { atLeast: 1 }, text }];
  }),
  { workload: 'soak', subject, k, bound: { atMost: 0 }, text: 'none' },
  ...FRAMEWORK_NAMES.map((name): Target => {
    const workload = `${name}-growth`;
    return { workload, subject, k, bound: { atMost: FLAT_BYTES }, text: `at most ${FLAT_BYTES} B` };
  }),
];
