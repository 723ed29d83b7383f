import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bar, drawBarPlot } from './bar-plot.js';
import { readSvgTexts } from './svg-texts.js';

function bar(name: string, median: number): Bar {
  const length = { median, min: median * 0.9, max: median * 1.2 };
  return { name, color: '#159a8c', isMain: name === 'ours', length, figureText: `${median} ns` };
}

const plot = drawBarPlot('Time & more', [
  { title: 'Here', bars: [bar('ours', 100), bar('theirs', 1000)] },
  { title: 'There', bars: [bar('ours', 50), bar('theirs', 0.001)] },
]);

describe('drawBarPlot()', () => {
  it('labels each bar with its name and figure, below the title of its group', () => {
    deepEqual(readSvgTexts(plot), [
      'Time &amp; more',
      'Time &amp; more',
      'Here',
      'ours: 100 ns',
      'theirs: 1000 ns',
      'There',
      'ours: 50 ns',
      'theirs: 0.001 ns',
    ]);
  });

  it('draws bars in proportion to their figures, with a visible minimum', () => {
    const widths = [...plot.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    deepEqual(
      widths.map((width) => Math.round((width / (widths[1] ?? 1)) * 100)),
      [10, 100, 5, 0],
    );
    equal(widths[3], 1);
  });

  it('contains no NaN, Infinity or undefined', () => {
    equal(/NaN|Infinity|undefined/.test(plot), false);
  });
});
