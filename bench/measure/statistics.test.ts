import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, ratios, summarize } from './statistics.js';

describe('statistics', () => {
  it('takes the middle of an odd number of figures, whatever their order', () => {
    equal(median([100, 9, 20]), 20);
  });

  it('takes the mean of the two in the middle of an even number', () => {
    equal(median([4, 1, 3, 2]), 2.5);
  });

  it('has no median of nothing', () => {
    throws(() => median([]), /nothing/);
  });

  it('does not sort the figures that it is given', () => {
    const figures = [3, 1, 2];
    median(figures);
    deepEqual(figures, [3, 1, 2]);
  });

  it('says between which two all figures lie', () => {
    deepEqual(summarize([5, 1, 3]), { median: 3, min: 1, max: 5 });
  });

  it('puts each figure against the one of its round', () => {
    deepEqual(ratios([10, 40, 30], [10, 20, 10]), { median: 2, min: 1, max: 3 });
  });

  it('refuses a round without its reference', () => {
    throws(() => ratios([1, 2], [1]), /reference/);
  });
});
