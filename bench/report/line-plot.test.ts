import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawLinePlot, type Line, spreadLabels } from './line-plot.js';
import { readSvgTexts } from './svg-texts.js';

function line(name: string, ys: readonly number[]): Line {
  const points = ys.map((y, index) => ({ x: 10 ** index, y: { median: y, min: y * 0.9, max: y * 1.2 } }));
  return { name, color: '#159a8c', isMain: name === 'ours', points };
}

const plot = drawLinePlot({
  title: 'Time & <space>',
  xLabel: 'storages',
  unit: 'ns',
  lines: [line('ours', [60, 61, 62, 63]), line('theirs', [60, 600, 6000, 60000]), line('none', [61, 61, 61, 62])],
});

describe('drawLinePlot()', () => {
  it('returns well-formed XML, and the reader of these tests rejects XML that is not', () => {
    readSvgTexts(plot);
    throws(() => readSvgTexts(plot.replace('</svg>', '')));
    throws(() => readSvgTexts(plot.replace('&amp;', '&')));
    throws(() => readSvgTexts(plot.replace('/>', '>')));
  });

  it('labels both axes, each power of ten, and the end of each line', () => {
    const texts = readSvgTexts(plot);
    for (const text of ['storages', '10 ns', '100 µs', '1', '1k', 'ours', 'theirs', 'none']) {
      equal(texts.includes(text), true, text);
    }
  });

  it('has a linear axis for numbers that are close to each other, with a tick for each of them', () => {
    const points = [1, 4, 12].map((x) => ({ x, y: { median: x, min: x, max: x } }));
    const texts = readSvgTexts(
      drawLinePlot({
        title: 't',
        xLabel: 'libraries',
        unit: 'bytes',
        lines: [{ name: 'a', color: '#000', isMain: true, points }],
      }),
    );
    for (const text of ['1', '4', '12', '10 B', '100 B']) equal(texts.includes(text), true, text);
  });

  it('escapes special characters in the title', () => {
    equal(readSvgTexts(plot)[0], 'Time &amp; &lt;space&gt;');
  });

  it('contains no NaN, Infinity or undefined, even for a single point', () => {
    equal(/NaN|Infinity|undefined/.test(plot), false);
    const onePoint = drawLinePlot({ title: 't', xLabel: 'x', unit: 'ns', lines: [line('level', [10])] });
    equal(/NaN|Infinity|undefined/.test(onePoint), false);
    match(onePoint, /<circle/);
  });
});

describe('spreadLabels()', () => {
  it('does not move labels that do not overlap', () => {
    deepEqual(spreadLabels([10, 50, 90], 20, 0, 100), [10, 50, 90]);
  });

  it('moves overlapping labels apart around their center, in their order', () => {
    deepEqual(spreadLabels([52, 50], 20, 0, 100), [61, 41]);
  });

  it('moves the neighbors of labels that were moved', () => {
    deepEqual(spreadLabels([50, 50, 62], 20, 0, 100), [34, 54, 74]);
  });

  it('keeps labels between the bounds', () => {
    deepEqual(spreadLabels([98, 99, 100], 20, 0, 100), [60, 80, 100]);
    deepEqual(spreadLabels([0, 1], 20, 0, 100), [0, 20]);
  });
});
