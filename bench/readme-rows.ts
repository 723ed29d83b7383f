/** The five figures that the README quotes. */
import { browserSuite } from './browsers/browser-suite.js';
import { formatStorageCount } from './report/figure-format.js';
import type { ReadmeFigure } from './report/readme-figures.js';
import { serverSuite } from './servers/server-suite.js';
import { sizeSuite } from './sizes/size-suite.js';

const onServer = (workload: string, title: string, storageCounts: readonly number[]): ReadmeFigure => ({
  suite: serverSuite,
  environment: 'node26',
  workload,
  variants: storageCounts.map((storageCount) => ({
    title: `${title}, ${formatStorageCount(storageCount)}`,
    subject: 'throughline',
    storageCount,
  })),
  peer: 'native',
  peerTitle: 'Node’s class',
});

/** With the transform, and without a build step. */
const inPage = (transformTitle: string, interceptionTitle: string) => ({
  variants: [
    { title: transformTitle, subject: 'transform', storageCount: 1 },
    { title: interceptionTitle, subject: 'interception', storageCount: 1 },
  ],
  peer: 'zone.js',
  peerTitle: 'zone.js',
});

export const README_ROWS: readonly ReadmeFigure[] = [
  onServer('run', 'time of `run`', [1, 100]),
  onServer('await', 'time of `await`', [1]),
  onServer('http', 'requests per second', [1, 10]),
  {
    suite: browserSuite,
    environment: 'chromium',
    workload: 'pending',
    ...inPage('time of `await` that suspends, with the transform', 'the same without a build step'),
  },
  {
    suite: sizeSuite,
    environment: 'sizes',
    workload: 'page',
    ...inPage('size with the transform, promises only', 'size of everything'),
  },
];
