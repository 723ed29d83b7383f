/**
 * A tenth of the soak, on the Node that runs the tests: 10,000 requests on each framework. Memory is noisy in so short a time, so
 * only what is beyond doubt fails: a request that stays behind with its answer weighs several thousand bytes.
 */
import { equal, ok } from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { FRAMEWORK_NAMES, FRAMEWORKS, type FrameworkName } from '../servers/frameworks.js';
import { growthOf, type Soaked, soakAll } from './request-soak.js';

const REQUESTS = 10_000;
/** Looks of each request that every framework has at least. */
const READS = 19;
const LEAK_BYTES = 1000;

describe('soak', () => {
  let soaked: ReadonlyMap<FrameworkName, Soaked>;

  before(async () => {
    soaked = await soakAll(FRAMEWORK_NAMES, REQUESTS, process.execPath);
  });

  for (const name of FRAMEWORK_NAMES) {
    it(`of ${FRAMEWORKS[name].title} mixes nothing up, and leaves nothing behind`, () => {
      const found = soaked.get(name);
      ok(found !== undefined);
      equal(found.requests, REQUESTS);
      equal(found.mixedUp, 0);
      ok(found.reads >= READS * REQUESTS, `only ${found.reads} reads`);
      const { median, lowerQuarter, upperQuarter } = found.growth;
      const spread = `${median} bytes a request (${lowerQuarter} to ${upperQuarter})`;
      ok(lowerQuarter < LEAK_BYTES, `the heap grows by ${spread}`);
    });
  }
});

describe('growth of the heap', () => {
  const points = (heapAt: (requests: number) => number) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((step) => ({ requests: step * 1000, heap: heapAt(step * 1000) }));

  it('is what each request leaves behind', () => {
    equal(growthOf(points((requests) => 5_000_000 + 300 * requests)).median, 300);
  });

  it('is not moved by one odd point', () => {
    const { median } = growthOf(points((requests) => (requests === 8000 ? 9_000_000 : 5_000_000)));
    equal(median, 0);
  });
});
