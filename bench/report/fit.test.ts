import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitCurve, formatFit } from './fit.js';

const xs = [1, 10, 100, 1000, 10_000];
const curve = (y: (x: number) => number) => fitCurve(xs.map((x) => ({ x, y: y(x) })));

describe('fitCurve()', () => {
  it('finds a flat curve, also with noise of a quarter', () => {
    equal(curve(() => 60).kind, 'flat');
    const noisy = [60, 75, 52, 61, 70];
    const fit = fitCurve(xs.map((x, index) => ({ x, y: noisy[index] ?? 0 })));
    equal(fit.kind, 'flat');
    equal(formatFit('ns', 'storage', fit).startsWith('flat: 6'), true);
  });

  it('finds a linear curve, with its constant and its slope, over all powers of ten', () => {
    const fit = curve((x) => 200 + 75 * x);
    equal(fit.kind, 'linear');
    equal(Math.round(fit.constant), 200);
    equal(Math.round(fit.slope), 75);
    equal(formatFit('ns', 'storage', fit), 'linear: 200 ns and 75 ns per storage');
    const slow = { ...fit, slope: 0.0012 };
    equal(formatFit('ns', 'flow', slow), 'linear: 200 ns and 1.2 ns per thousand');
  });

  it('finds the slope of a logarithmic curve, and a linear one that begins late', () => {
    const fit = curve((x) => 100 + 80 * Math.log10(x));
    equal(fit.kind, 'logarithmic');
    equal(formatFit('ns', 'flow', fit), 'logarithmic: 80.0 ns more for ten times as many');
    equal(curve((x) => 60 + 0.05 * x).kind, 'linear');
  });

  it('says so if a curve falls, and if it is steeper than a line', () => {
    const falling = curve((x) => 100 + 900 / x);
    equal(formatFit('ns', 'flow', falling), 'falls to 0.10 ×');
    equal(curve((x) => 10 + x ** 2).kind, 'irregular');
  });

  it('needs three points', () => {
    throws(
      () =>
        fitCurve([
          { x: 1, y: 1 },
          { x: 2, y: 2 },
        ]),
      /at least three points, but there are 2/,
    );
  });
});
