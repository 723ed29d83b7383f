import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, summarize, summarizeRatios } from './statistics.js';

describe('statistics', () => {
  it('the median of an odd number of figures is the middle one, in any input order', () => {
    equal(median([100, 9, 20]), 20);
  });

  it('the median of an even number of figures is the mean of the two middle ones', () => {
    equal(median([4, 1, 3, 2]), 2.5);
  });

  it('the median of an empty list throws', () => {
    throws(() => median([]), /An empty list has no median/);
  });

  it('median() does not sort its argument', () => {
    const figures = [3, 1, 2];
    median(figures);
    deepEqual(figures, [3, 1, 2]);
  });

  it('summarize() returns the median and the range', () => {
    deepEqual(summarize([5, 1, 3]), { median: 3, min: 1, max: 5 });
  });

  it('summarizeRatios() divides each figure by the reference of the same round', () => {
    deepEqual(summarizeRatios([10, 40, 30], [10, 20, 10]), { median: 2, min: 1, max: 3 });
  });

  it('summarizeRatios() throws if a round has no reference', () => {
    throws(() => summarizeRatios([1, 2], [1]), /Round 2 has a figure but no reference/);
  });
});
