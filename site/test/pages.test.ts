/** The pages as a reader sees them: accessible in both color schemes and at two widths, complete, and from one origin. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { accessibilityViolations, type Page, waitUntil } from '@throughline/testing/browsers';
import { builtPages, type OpenSite, openSite } from './built-site.js';

/** One page of each kind. The other tests of the site open those with components of their own. */
const TEMPLATES = {
  'the start page': '/',
  'a guide': '/propagation-http',
  'tables and plots': '/growth',
  'a page that does not exist': '/nothing',
};

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const NARROWEST = { width: 360, height: 640 };

/** How many pages are open at once. */
const PARALLEL = 2;

/** Expression: whether the script of the page has started, so that its buttons work. */
const IS_RUNNING = `document.querySelector('#app')?.__vue_app__ !== undefined`;

/** Expression: what the page has loaded from elsewhere, or could not load. */
const foreignOrFailed = `performance.getEntriesByType('resource')
  .filter(({ name, responseStatus }) => !name.startsWith(location.origin + '/') || responseStatus >= 400)
  .map(({ name }) => name)`;

/** Expression: the elements that make the page scroll sideways; none if it does not. */
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.tagName + '.' + element.className).slice(0, 5)`;

describe('the pages of the site', { timeout: 300_000 }, () => {
  let site: OpenSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site?.close());

  for (const [kind, path] of Object.entries(TEMPLATES)) {
    it(`${kind} is accessible in light and dark, on desktops and phones`, async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const viewport of [DESKTOP, PHONE]) {
          const page = await site.browser.openPage(site.origin + path, { colorScheme, viewport, reducedMotion: true });
          await waitUntil(page, `document.querySelector('main, .NotFound')`);
          assert.deepEqual(await accessibilityViolations(page), [], `${colorScheme}, ${viewport.width} px`);
          await page.close();
        }
      }
    });
  }

  it('every page fits 360 px, prints no error, and loads nothing from elsewhere', async () => {
    const [sources, others] = partition(builtPages(), (file) => file.startsWith('source/'));
    // The pages that show a file of the repository are all alike.
    const files = [...others.filter((file) => file !== '404.html'), ...sources.slice(0, 2)];
    assert.ok(files.length > 50);
    const problems: string[] = [];
    const check = async () => {
      const page = await site.browser.openPage(`${site.origin}/icon.svg`, { viewport: NARROWEST, reducedMotion: true });
      for (let file = files.pop(); file !== undefined; file = files.pop()) {
        const path = `/${file.replace(/(?:index)?\.html$/, '')}`;
        const earlierMessages = page.consoleMessages().length;
        await page.evaluate(`location.assign('${path}')`);
        await waitUntil(page, `location.pathname === '${path}' && ${IS_RUNNING}`);
        const wide = await page.evaluate(tooWide);
        const foreign = await page.evaluate(foreignOrFailed);
        const messages = page.consoleMessages().slice(earlierMessages);
        for (const problem of [wide, foreign, messages.map(({ text }) => text)].flat()) {
          problems.push(`${path}: ${problem}`);
        }
      }
      await page.close();
    };
    await Promise.all(Array.from({ length: PARALLEL }, check));
    assert.deepEqual(problems, []);
  });

  it('search finds a page, and opens it with the keyboard', async () => {
    const page = await site.browser.openPage(`${site.origin}/`, { viewport: DESKTOP, reducedMotion: true });
    await waitUntil(page, IS_RUNNING);
    await page.press('/');
    await waitUntil(page, `document.activeElement.matches('.VPLocalSearchBox input')`);
    for (const letter of 'baggage') await page.press(letter);
    await waitUntil(page, `document.querySelector('.VPLocalSearchBox .result') !== null`);
    assert.deepEqual(await accessibilityViolations(page), []);
    const found = String(await page.evaluate(`document.querySelector('.VPLocalSearchBox .results').innerText`));
    assert.match(found, /Values that cross processes|Propagation/i);
    await page.press('Enter');
    await waitUntil(page, `location.pathname !== '/' && /baggage/i.test(document.querySelector('main').innerText)`);
    assert.deepEqual(page.consoleMessages(), []);
    await page.close();
  });

  it('a reader reaches the versions and the sidebar with the keyboard', async () => {
    const page = await openGuide();
    await tabTo(page, `document.activeElement.matches('.VPNavBar .versions summary')`);
    await page.press('Enter');
    await waitUntil(page, `document.querySelector('.VPNavBar .versions').open`);
    assert.deepEqual(await accessibilityViolations(page), []);
    const version = await page.evaluate(`document.querySelector('.VPNavBar .versions [aria-current]').textContent`);
    assert.match(String(version), /^\d+\.\d+\.\d+$/);
    await page.press('Escape');
    await waitUntil(page, `!document.querySelector('.VPNavBar .versions').open`);

    await tabTo(page, `document.activeElement.matches('.VPSidebar a[href="/semantics"]')`);
    await page.press('Enter');
    await waitUntil(page, `location.pathname === '/semantics' && document.title.startsWith('Semantics')`);
    await page.close();
  });

  it('a reader can skip the header and the sidebar', async () => {
    const page = await openGuide();
    await page.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent.trim()'), 'Skip to content');
    await page.press('Enter');
    await waitUntil(page, `document.activeElement.closest('#VPContent') !== null`);
    await page.close();
  });

  async function openGuide(): Promise<Page> {
    const page = await site.browser.openPage(`${site.origin}/request`, { viewport: DESKTOP });
    await waitUntil(page, IS_RUNNING);
    return page;
  }

  it('a reader can switch to dark colors, and the picture switches too', async () => {
    const page = await site.browser.openPage(`${site.origin}/`, { colorScheme: 'light', viewport: DESKTOP });
    await waitUntil(page, `document.querySelector('.two-users td.read') !== null`);
    const colors = `['body', '.two-users .card'].map((selector) => getComputedStyle(document.querySelector(selector)).backgroundColor)`;
    const light = await page.evaluate(colors);
    await page.click('.VPNavBar .VPSwitchAppearance');
    await waitUntil(page, `document.documentElement.classList.contains('dark')`);
    const dark = await page.evaluate(colors);
    assert.deepEqual(light, ['rgb(246, 246, 243)', 'rgb(255, 255, 255)']);
    assert.deepEqual(dark, ['rgb(15, 16, 19)', 'rgb(23, 24, 28)']);
    await page.close();
  });
});

function partition(files: readonly string[], isFirst: (file: string) => boolean): [string[], string[]] {
  return [files.filter(isFirst), files.filter((file) => !isFirst(file))];
}

/** Presses Tab until an expression is true, as a reader would. */
async function tabTo(page: Page, expression: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.press('Tab');
    if ((await page.evaluate(expression)) === true) return;
  }
  throw new Error(`80 times Tab did not reach ${expression}`);
}
