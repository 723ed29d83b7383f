import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCountScale, createScale, suitsLog } from './plot-geometry.js';

const round = (value: number) => Math.round(value * 1000) / 1000;

describe('createScale()', () => {
  it('begins at zero and ends at a round value', () => {
    const scale = createScale('linear', [12, 37], 0, 100);
    deepEqual(scale.ticks, [0, 5, 10, 15, 20, 25, 30, 35, 40]);
    equal(scale.at(0), 0);
    equal(scale.at(20), 50);
  });

  it('includes what is below zero', () => {
    const scale = createScale('linear', [-10, 10], 0, 100);
    equal(scale.at(-10), 0);
    ok(scale.at(10) <= 100);
  });

  it('spaces factors evenly on a logarithmic scale', () => {
    const scale = createScale('log', [20, 90_000], 0, 400);
    deepEqual(scale.ticks, [10, 100, 1000, 10_000, 100_000]);
    equal(round(scale.at(1000)), 200);
  });

  it('has a place for a single value', () => {
    ok(Number.isFinite(createScale('linear', [0], 0, 100).at(0)));
    ok(Number.isFinite(createScale('log', [10], 0, 100).at(10)));
  });
});

describe('createCountScale()', () => {
  it('is logarithmic for powers, linear for small steps, and even if there is a zero', () => {
    equal(round(createCountScale([1, 10, 100], 0, 100).at(10)), 50);
    equal(createCountScale([1, 2, 4, 12], 0, 110).at(2), 10);
    equal(createCountScale([0, 1, 10], 0, 100).at(1), 50);
  });
});

describe('suitsLog()', () => {
  it('is for values that differ by more than a factor of 20', () => {
    equal(suitsLog([1, 19]), false);
    equal(suitsLog([1, 21]), true);
    equal(suitsLog([0, 21]), false);
  });
});
