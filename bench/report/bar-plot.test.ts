import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bar, drawBars } from './bar-plot.js';
import { svgTexts } from './svg-texts.js';

function bar(name: string, median: number): Bar {
  const length = { median, min: median * 0.9, max: median * 1.2 };
  return { name, color: '#159a8c', isMain: name === 'ours', length, shown: `${median} ns` };
}

const plot = drawBars('Time & more', [
  { title: 'Here', bars: [bar('ours', 100), bar('theirs', 1000)] },
  { title: 'There', bars: [bar('ours', 50), bar('theirs', 0.001)] },
]);

describe('bars', () => {
  it('end in their names and figures, under the title of their group', () => {
    deepEqual(svgTexts(plot), [
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

  it('are as long as their figures, and the smallest is still seen', () => {
    const widths = [...plot.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    deepEqual(
      widths.map((width) => Math.round((width / (widths[1] ?? 1)) * 100)),
      [10, 100, 5, 0],
    );
    equal(widths[3], 1);
  });

  it('have numbers only where numbers belong', () => {
    equal(/NaN|Infinity|undefined/.test(plot), false);
  });
});
