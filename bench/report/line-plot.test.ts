import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawPlot, type Line, spread } from './line-plot.js';
import { svgTexts } from './svg-texts.js';

function line(name: string, ys: readonly number[]): Line {
  const points = ys.map((y, index) => ({ x: 10 ** index, y: { median: y, min: y * 0.9, max: y * 1.2 } }));
  return { name, color: '#159a8c', isMain: name === 'ours', points };
}

const plot = drawPlot({
  title: 'Time & <space>',
  xLabel: 'storages',
  yLabel: 'time',
  lines: [line('ours', [60, 61, 62, 63]), line('theirs', [60, 600, 6000, 60000]), line('none', [61, 61, 61, 62])],
});

describe('plot', () => {
  it('is well-formed, and the check would see if it were not', () => {
    svgTexts(plot);
    throws(() => svgTexts(plot.replace('</svg>', '')));
    throws(() => svgTexts(plot.replace('&amp;', '&')));
    throws(() => svgTexts(plot.replace('/>', '>')));
  });

  it('names both axes, every power of ten, and each line at its end', () => {
    const texts = svgTexts(plot);
    for (const text of ['storages', 'time', '10 ns', '100 µs', '1', '1000', 'ours', 'theirs', 'none']) {
      equal(texts.includes(text), true, text);
    }
  });

  it('escapes what a title may hold', () => {
    equal(svgTexts(plot)[0], 'Time &amp; &lt;space&gt;');
  });

  it('has numbers only where numbers belong', () => {
    equal(/NaN|Infinity|undefined/.test(plot), false);
    const level = drawPlot({ title: 't', xLabel: 'x', yLabel: 'y', lines: [line('level', [10])] });
    equal(/NaN|Infinity|undefined/.test(level), false);
    match(level, /<circle/);
  });
});

describe('labels at the ends of lines', () => {
  it('stay where they are if there is room', () => {
    deepEqual(spread([10, 50, 90], 20, 0, 100), [10, 50, 90]);
  });

  it('move apart around their middle, in their order', () => {
    deepEqual(spread([52, 50], 20, 0, 100), [61, 41]);
  });

  it('push their neighbours on', () => {
    deepEqual(spread([50, 50, 62], 20, 0, 100), [34, 54, 74]);
  });

  it('stay between the bounds', () => {
    deepEqual(spread([98, 99, 100], 20, 0, 100), [60, 80, 100]);
    deepEqual(spread([0, 1], 20, 0, 100), [0, 20]);
  });
});
