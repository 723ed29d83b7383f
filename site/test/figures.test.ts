/** The plots: what they draw, against `docs/bench`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Results } from '@throughline/bench/results';
import { median } from '@throughline/bench/statistics';
import { accessibilityViolations, type Page, waitUntil } from '@throughline/testing/browsers';
import { repositoryRoot } from '../repository-root.js';
import { type OpenSite, openSite } from './built-site.js';

/** Expression: the points of the plot, and the marks of its vertical axis, with their positions. */
const shownPlot = `({
  scale: document.querySelector('.figures-panel svg').dataset.scale,
  points: [...document.querySelectorAll('.figures-panel svg .point')].map(({ dataset, children }) => {
    const circle = [...children].find((element) => element.matches('circle'));
    const range = [...children].find((element) => element.matches('line'));
    const at = (element, name) => Number(element.getAttribute(name));
    return { subject: dataset.subject, count: Number(dataset.count), median: Number(dataset.median),
      x: at(circle, 'cx'), y: at(circle, 'cy'), low: at(range, 'y1'), high: at(range, 'y2') };
  }),
  marks: [...document.querySelectorAll('.figures-panel svg [data-axis=y]')].map((text) =>
    ({ text: text.textContent.trim(), y: Number(text.getAttribute('y')) - 4 })),
})`;

interface ShownPlot {
  readonly scale: string;
  readonly points: readonly {
    readonly subject: string;
    readonly count: number;
    readonly median: number;
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly marks: readonly { readonly text: string; readonly y: number }[];
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6 };

/** The nanoseconds of a mark such as `10 µs`. */
function nanoseconds(text: string): number {
  const [number = '', unit = ''] = text.split(' ');
  return Number(number) * (UNITS[unit] ?? Number.NaN);
}

function readFigures(environment: string): Results {
  return JSON.parse(readFileSync(join(repositoryRoot, `docs/bench/${environment}.json`), 'utf8'));
}

describe('the plots of figures', { timeout: 90_000 }, () => {
  let site: OpenSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site?.close());

  async function openPlot(path: string, options: Parameters<OpenSite['browser']['openPage']>[1] = {}): Promise<Page> {
    const page = await site.browser.openPage(site.origin + path, options);
    await waitUntil(page, `document.querySelector('.figures-panel svg')`);
    return page;
  }

  const choose = (page: Page, name: string, value: string) =>
    page.evaluate(`{
      const field = document.querySelector('.figures-panel select[name=${name}]');
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event('change', { bubbles: true }));
      new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }`);

  it('draw the medians of a workload where its axis has them', async () => {
    const page = await openPlot('/growth');
    await choose(page, 'environment', 'growth-node26');
    const { scale, points, marks } = (await page.evaluate(shownPlot)) as ShownPlot;
    const cells = readFigures('growth-node26').workloads.storages?.cells ?? [];
    assert.deepEqual(
      points.map(({ subject, count, median: drawn }) => [subject, count, drawn]).sort(),
      cells.map(({ subject, storageCount, figures }) => [subject, storageCount, median(figures)]).sort(),
    );
    assert.equal(scale, 'log');
    const [first, last] = [marks[0], marks.at(-1)];
    assert.ok(first && last && marks.length > 2);
    const yOf = (value: number) => {
      const [low, high] = [Math.log(nanoseconds(first.text)), Math.log(nanoseconds(last.text))];
      return first.y + ((Math.log(value) - low) / (high - low)) * (last.y - first.y);
    };
    for (const { subject, count, y, low, high } of points) {
      const { figures = [] } = cells.find((cell) => cell.subject === subject && cell.storageCount === count) ?? {};
      const drawn = [y, low, high];
      const expected = [median(figures), Math.min(...figures), Math.max(...figures)].map(yOf);
      for (const [index, value] of drawn.entries()) {
        assert.ok(Math.abs(value - (expected[index] ?? 0)) < 0.5, `${subject}, ${count}: ${drawn} is not ${expected}`);
      }
    }
    // The counts are powers of ten, so they are equally far apart.
    const columns = [...new Set(points.map(({ x }) => Math.round(x)))].sort((a, b) => a - b);
    const steps = columns.slice(1).map((x, index) => x - (columns[index] ?? 0));
    assert.ok(Math.max(...steps) - Math.min(...steps) <= 2, `${columns}`);
    await page.close();
  });

  it('draw ratios, another workload and another part, and hide subjects', async () => {
    const page = await openPlot('/benchmarks');
    await choose(page, 'environment', 'node22');
    await choose(page, 'workload', 'run');
    await choose(page, 'quantity', 'ratio');
    const cells = readFigures('node22').workloads.run?.cells ?? [];
    const figuresOf = (subject: string, count: number) =>
      cells.find((cell) => cell.subject === subject && cell.storageCount === count)?.figures ?? [];
    const ratios = figuresOf('throughline', 10).map((figure, index) => figure / (figuresOf('native', 10)[index] ?? 0));
    let plot = (await page.evaluate(shownPlot)) as ShownPlot;
    const drawn = plot.points.find(({ subject, count }) => subject === 'throughline' && count === 10);
    assert.equal(drawn?.median, median(ratios));
    assert.equal(
      plot.points.some(({ subject }) => subject === 'native'),
      false,
      'the peer has no ratio to itself',
    );

    await choose(page, 'quantity', 'figure');
    await page.click('.figures-panel input[name=native]');
    plot = (await page.evaluate(shownPlot)) as ShownPlot;
    assert.deepEqual(
      [...new Set(plot.points.map(({ subject }) => subject))].sort(),
      [...new Set(cells.map(({ subject }) => subject))].filter((subject) => subject !== 'native').sort(),
    );

    // A workload with one number of storages has a row for each subject.
    await choose(page, 'suite', '1');
    await choose(page, 'environment', 'chromium');
    await choose(page, 'workload', 'then');
    plot = (await page.evaluate(shownPlot)) as ShownPlot;
    const then = readFigures('chromium').workloads.then?.cells ?? [];
    assert.deepEqual(
      plot.points.map(({ subject, median: value }) => [subject, value]).sort(),
      then.map(({ subject, figures }) => [subject, median(figures)]).sort(),
    );
    assert.deepEqual(page.consoleMessages(), []);
    await page.close();
  });

  it('have their values in a table, and under the pointer', async () => {
    const page = await openPlot('/growth');
    await choose(page, 'environment', 'growth-node26');
    await choose(page, 'workload', 'flows');
    const cells = readFigures('growth-node26').workloads.flows?.cells ?? [];
    await page.click('.figures-panel details summary');
    const rows = (await page.evaluate(
      `[...document.querySelectorAll('.figures-panel tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))`,
    )) as string[][];
    const counts = [...new Set(cells.map(({ storageCount }) => storageCount))].sort((a, b) => a - b);
    assert.deepEqual(
      rows.map(([count]) => count),
      counts.map((count) => count.toLocaleString('en-US')),
    );
    assert.ok(
      rows.every((row) => row.slice(1).every((cell) => /^[\d.]+ (?:ns|µs|ms)(?:, .* to .*)?$/.test(cell))),
      `${rows}`,
    );
    await page.click('.figures-panel svg .point[data-subject=throughline][data-count="100"] circle');
    const caption = String(await page.evaluate(`document.querySelector('.figures-panel figcaption').innerText`));
    assert.match(caption, /^Throughline, 100 flows: [\d.]+ ns/);
    await page.close();
  });

  it('are accessible in light and dark, on desktops and phones, and fit them', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 360, height: 640 },
      ]) {
        const page = await openPlot('/growth', { colorScheme, viewport });
        await page.evaluate(`document.querySelector('.figures-panel details').open = true`);
        assert.deepEqual(await accessibilityViolations(page), [], `${colorScheme}, ${viewport.width} px`);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
        await page.close();
      }
    }
  });

  it('are not there without JavaScript, and the static plots are', async () => {
    const page = await site.browser.openPage(`${site.origin}/growth`, { javaScript: false });
    const counts = await page.evaluate(
      `['.figures-panel', '.vp-doc img[src$=".svg"]'].map((selector) => document.querySelectorAll(selector).length)`,
    );
    assert.equal((counts as number[])[0], 0);
    assert.ok(Number((counts as number[])[1]) > 3, `${counts}`);
    await page.close();
  });
});
