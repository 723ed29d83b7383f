/**
 * A twentieth of the soak, on the Node that runs the tests: 5,000 requests on each framework. The heap is noisy in such a
 * short time, so only a certain leak fails: a request that stays reachable with its response takes several thousand
 * bytes.
 */
import { equal, ok } from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { FRAMEWORK_NAMES, FRAMEWORKS, type FrameworkName } from '../servers/frameworks.js';
import { heapGrowth, type SoakResult, soakAllFrameworks } from './request-soak.js';

const REQUESTS = 5_000;
/** The lowest number of reads per request on any framework. */
const MIN_READS_PER_REQUEST = 18;
const LEAK_BYTES = 1000;

describe('the soak of requests', () => {
  let results: ReadonlyMap<FrameworkName, SoakResult>;

  before(async () => {
    results = await soakAllFrameworks(FRAMEWORK_NAMES, REQUESTS, process.execPath);
  });

  for (const name of FRAMEWORK_NAMES) {
    it(`${FRAMEWORKS[name].title} mixes up no scope or session, and leaks no request`, () => {
      const result = results.get(name);
      ok(result !== undefined);
      equal(result.requests, REQUESTS);
      equal(result.mismatches, 0);
      ok(result.reads >= MIN_READS_PER_REQUEST * REQUESTS, `only ${result.reads} reads`);
      const { median, lowerQuartile, upperQuartile } = result.growth;
      const spread = `${median} bytes per request (${lowerQuartile} to ${upperQuartile})`;
      ok(lowerQuartile < LEAK_BYTES, `the heap grows by ${spread}`);
    });
  }
});

describe('heapGrowth()', () => {
  const points = (heapAt: (requests: number) => number) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((step) => ({ requests: step * 1000, heap: heapAt(step * 1000) }));

  it('returns the bytes that each request leaves behind', () => {
    equal(heapGrowth(points((requests) => 5_000_000 + 300 * requests)).median, 300);
  });

  it('is not changed by a single outlier', () => {
    const { median } = heapGrowth(points((requests) => (requests === 8000 ? 9_000_000 : 5_000_000)));
    equal(median, 0);
  });
});
