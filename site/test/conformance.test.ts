/** The conformance table: what its filters show, against the recorded results. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findDifference } from '@throughline/conformance/differences';
import { readRecordedResults } from '@throughline/conformance/results';
import { accessibilityViolations, type Page, waitUntil } from '@throughline/testing/browsers';
import { type OpenSite, openSite } from './built-site.js';

const { matrix } = readRecordedResults();

/** Expression: the table as text: the titles of the columns, the names of the cases, and the words for the results. */
const shownTable = `({
  columns: [...document.querySelectorAll('.figures-panel thead th')].slice(1).map((cell) => cell.innerText.trim()),
  rows: Object.fromEntries([...document.querySelectorAll('.figures-panel tbody tr:has(td)')].map((row) => [
    row.querySelector('summary').textContent,
    [...row.querySelectorAll('td .visually-hidden')].map((word) => word.textContent.trim()),
  ])),
  status: document.querySelector('.figures-panel [role=status]').textContent.replace(/\\s+/g, ' ').trim(),
})`;

interface ShownTable {
  readonly columns: readonly string[];
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly status: string;
}

const WORDS = { pass: 'passes', fail: 'fails', absent: 'not present' } as const;

describe('the conformance table', { timeout: 90_000 }, () => {
  let site: OpenSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site?.close());

  /** The static tables have 10,000 cells, which axe-core takes minutes to read. A test of all pages reads others. */
  async function openTable(query: string, options: Parameters<OpenSite['browser']['openPage']>[1] = {}): Promise<Page> {
    const page = await site.browser.openPage(`${site.origin}/conformance${query}`, options);
    await waitUntil(page, `document.querySelector('.figures-panel [role=status]')`);
    await page.evaluate(`document.querySelectorAll('.vp-doc table').forEach((table) => {
      if (table.closest('.figures-panel') === null) table.remove();
    })`);
    return page;
  }

  const choose = (page: Page, name: string, value: string) =>
    page.evaluate(`{
      const field = document.querySelector('.figures-panel [name=${name}]');
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event(field.matches('select') ? 'change' : 'input', { bubbles: true }));
      new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }`);

  it('shows the results of Throughline on servers, and counts them', async () => {
    const page = await openTable('');
    const { columns, rows, status } = (await page.evaluate(shownTable)) as ShownTable;
    const servers = [...matrix.values()].filter(({ section }) => section === 'servers');
    assert.deepEqual(
      columns,
      servers.map(({ title }) => title),
    );
    for (const [index, { title, results }] of servers.entries()) {
      const expected = results.get('throughline')?.filter(({ name }) => name in rows) ?? [];
      const words = new Map(expected.map(({ name, outcome }) => [name, WORDS[outcome]]));
      for (const [name, cells] of Object.entries(rows))
        assert.equal(cells[index], words.get(name), `${title}: ${name}`);
    }
    const all = servers.flatMap(({ results }) => results.get('throughline') ?? []);
    const failed = all.filter(({ outcome }) => outcome === 'fail').length;
    const passed = all.filter(({ outcome }) => outcome === 'pass').length;
    assert.match(status, new RegExp(`^${Object.keys(rows).length} cases: ${passed} pass, ${failed} fail, `));
    await page.close();
  });

  it('filters by runtime, implementation, result, chapter and words, and keeps the choice in the address', async () => {
    const page = await openTable('');
    const native = matrix.get('node22')?.results.get('native') ?? [];
    const failures = native.filter(({ outcome }) => outcome === 'fail');

    await choose(page, 'runtime', 'node22');
    await choose(page, 'implementation', 'native');
    await choose(page, 'result', 'f');
    let table = (await page.evaluate(shownTable)) as ShownTable;
    assert.deepEqual(Object.keys(table.rows).sort(), failures.map(({ name }) => name).sort());
    assert.equal(table.status, `${failures.length} cases: 0 pass, ${failures.length} fail, 0 not present.`);

    const { chapter = '' } = failures[0] ?? {};
    await choose(page, 'chapter', chapter);
    table = (await page.evaluate(shownTable)) as ShownTable;
    const inChapter = failures.filter((failure) => failure.chapter === chapter);
    assert.deepEqual(Object.keys(table.rows).sort(), inChapter.map(({ name }) => name).sort());
    assert.ok(inChapter.length < failures.length);

    await choose(page, 'text', 'ENTERWITH');
    table = (await page.evaluate(shownTable)) as ShownTable;
    const withWord = inChapter.filter(({ name }) => name.toLowerCase().includes('enterwith'));
    assert.deepEqual(Object.keys(table.rows).sort(), withWord.map(({ name }) => name).sort());

    const query = String(await page.evaluate('location.search'));
    const again = await openTable(query);
    assert.deepEqual(await again.evaluate(shownTable), table);
    await again.close();

    // The browsers have no such implementation: one that they have is chosen instead.
    await choose(page, 'runtime', 'browsers');
    assert.equal(
      await page.evaluate(`document.querySelector('.figures-panel [name=implementation]').value`),
      'transform',
    );
    assert.deepEqual(page.consoleMessages(), []);
    await page.close();
  });

  it('shows why a case fails and where its source is, to readers with a keyboard too', async () => {
    const page = await openTable('?runtime=workerd&result=f');
    const name = String(await page.evaluate(`document.querySelector('.figures-panel tbody summary').textContent`));
    const reason = findDifference('workerd', 'throughline', name)?.reason.replaceAll('`', '') ?? '';
    await page.evaluate(`document.querySelector('.figures-panel tbody summary').focus()`);
    await page.press('Enter');
    const text = String(await page.evaluate(`document.querySelector('.figures-panel tbody details[open]').innerText`));
    assert.ok(reason.length > 20 && text.includes(reason), text);
    await page.click('.figures-panel tbody details[open] a');
    await waitUntil(page, `document.querySelector('pre span:target')`);
    assert.ok(
      String(await page.evaluate(`document.querySelector('pre span:target').innerText`)).includes(name.slice(0, 40)),
    );
    await page.close();
  });

  it('is accessible in light and dark, on desktops and phones, and fits them', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 360, height: 640 },
      ]) {
        const page = await openTable('?runtime=node20&implementation=&result=f', { colorScheme, viewport });
        await page.evaluate(`document.querySelector('.figures-panel tbody details').open = true`);
        assert.deepEqual(await accessibilityViolations(page), [], `${colorScheme}, ${viewport.width} px`);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
        await page.close();
      }
    }
  });

  it('is not there without JavaScript, and the tables of the page are', async () => {
    const page = await site.browser.openPage(`${site.origin}/conformance`, { javaScript: false });
    const counts = await page.evaluate(
      `['.figures-panel', '.vp-doc table'].map((selector) => document.querySelectorAll(selector).length)`,
    );
    assert.equal((counts as number[])[0], 0);
    assert.ok(Number((counts as number[])[1]) > 40, `${counts}`);
    await page.close();
  });
});
