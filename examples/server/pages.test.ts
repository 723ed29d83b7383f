/**
 * All pages of the server in a real browser: what they share (the design, the navigation, accessibility, no request to
 * another origin), on wide and narrow screens, in both color schemes, with reduced motion, without JavaScript, and while
 * the server is restarted.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sessions } from '@throughline/request/sessions';
import {
  accessibilityViolations,
  type Browser,
  layoutShifts,
  openBrowser,
  type Page,
  type PageOptions,
  waitUntil,
} from '@throughline/testing/browsers';
import { type RunningServer, startServer } from './server.js';
import { createShopMiddleware } from './shop-middleware.js';
import { addItems, signIn } from './test/page-checks.js';
import { ServerProcess } from './test/server-process.js';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };

/** Expression: how many requests the live page has counted. */
const requestCount = `Number(document.querySelector('#requests').textContent.replaceAll(',', ''))`;
const status = `document.querySelector('#status').textContent`;
const heading = `document.querySelector('h1').textContent`;

/** Expression: whether the checkouts of both users on the tracing page have ended in all modes. */
const areCheckoutsDone = `document.querySelectorAll('ol.done').length === 6`;

/** A state of a page, and how to bring the page from the state before it in the list into this one. */
type PageState = readonly [name: string, reach?: (page: Page) => Promise<void>];

async function pauseUntilIdle(page: Page): Promise<void> {
  await page.click('#play');
  await waitUntil(page, `!document.querySelector('#idle').hidden`);
}

async function selectMode(page: Page, mode: string): Promise<void> {
  await page.click(`label:has([value=${mode}])`);
  await waitUntil(page, `document.querySelectorAll('table:not([hidden]) td.read').length > 15`);
}

const states: readonly (readonly [path: string, ...states: PageState[]])[] = [
  [
    '/',
    ['playing', (page) => waitUntil(page, `document.querySelector('.done') && document.querySelector('td.now')`)],
    ['paused', pauseUntilIdle],
  ],
  [
    '/shop',
    ['signed out'],
    [
      'with an invalid name',
      async (page) => {
        await page.evaluate(`void (document.querySelector('#user').value = '<ada>')`);
        await page.click('.sign-in button');
        await waitUntil(page, `document.querySelector('#problem')`);
      },
    ],
    ['with an empty cart', (page) => signIn(page, 'ada')],
    ['with items in the cart', (page) => addItems(page, ['book', 'lamp', 'book', 'pen'])],
    [
      'after a request that failed',
      async (page) => {
        await page.evaluate(`void (document.querySelector('[value=lamp]').value = 'boat')`);
        await page.click('[value=boat]');
        await waitUntil(page, `${heading} === 'Request failed'`);
      },
    ],
  ],
  ['/nothing', ['which does not exist']],
  [
    '/browser/',
    [
      'with a plain global',
      async (page) => {
        await selectMode(page, 'global');
        await waitUntil(page, `document.querySelector('table:not([hidden]) td.wrong')`);
      },
    ],
    ['with interception', (page) => selectMode(page, 'interception')],
    ['with the transform', (page) => selectMode(page, 'transform')],
  ],
  [
    '/tracing/',
    ['with a checkout of each user', (page) => waitUntil(page, areCheckoutsDone)],
    ['without a manager', (page) => page.click('label:has([value=none])')],
    ['with zone.js', (page) => page.click('label:has([value=zone])')],
    [
      'while another checkout runs',
      async (page) => {
        await page.click('#click-1');
        await waitUntil(page, `document.querySelector('.columns:not([hidden]) li i.open')`);
      },
    ],
  ],
];

const paths = ['/', '/shop', '/browser/', '/tracing/', '/nothing'];

describe('the pages of the server', { timeout: 300_000 }, () => {
  const store = new Map();
  let server: RunningServer;
  let browser: Browser;
  let origin: string;

  const start = (port: number) =>
    startServer(port, {
      shop: createShopMiddleware(sessions({ secret: 'a secret that only this test knows', store })),
    });

  before(async () => {
    server = await start(0);
    origin = `http://127.0.0.1:${server.port}`;
    browser = await openBrowser('chromium');
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  /** Opens a page, and closes it after use. */
  async function withPage<T>(
    path: string,
    options: PageOptions,
    use: (page: Page) => Promise<T>,
    from = origin,
  ): Promise<T> {
    const page = await browser.openPage(from + path, options);
    try {
      return await use(page);
    } finally {
      await page.close();
    }
  }

  for (const [path, ...pageStates] of states) {
    it(`axe-core finds nothing on ${path}, ${pageStates.map(([name]) => name).join(', ')}`, async () => {
      for (const viewport of [wide, narrow]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          // A box that is being faded in has too little contrast for 160 ms.
          await withPage(path, { viewport, colorScheme, reducedMotion: true }, async (page) => {
            for (const [name, reach] of pageStates) {
              await reach?.(page);
              const variant = `${name}, ${viewport.width} pixels, ${colorScheme}`;
              assert.deepEqual(await accessibilityViolations(page), [], variant);
              assert.ok(
                await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
                `too wide: ${variant}`,
              );
            }
          });
        }
      }
    });
  }

  it('axe-core finds text without contrast, rows without a heading, and code that scrolls but has no focus', async () => {
    await withPage('/shop', { viewport: narrow }, async (page) => {
      await page.evaluate(`document.querySelector('.hint').style.color = '#999', document.querySelector('.code').tabIndex = -1,
        document.querySelector('main').append(Object.assign(document.createElement('table'), { innerHTML: '<tr><th><td>1' })), 0`);
      const violations = `${await accessibilityViolations(page)}`;
      for (const rule of ['color-contrast', 'scrollable-region-focusable', 'empty-table-header']) {
        assert.match(violations, new RegExp(rule));
      }
    });
  });

  it('axe-core finds nothing while ids are mixed up, which the live page shows in red', async () => {
    const program = new ServerProcess(['--requests', '8'], { THROUGHLINE_STORAGE: 'global' });
    try {
      const from = `http://127.0.0.1:${await program.waitUntilServing()}`;
      for (const [viewport, colorScheme] of [
        [wide, 'light'],
        [narrow, 'dark'],
      ] as const) {
        await withPage(
          '/',
          { viewport, colorScheme, reducedMotion: true },
          async (page) => {
            await waitUntil(page, `document.querySelector('td.wrong')`);
            assert.deepEqual(await accessibilityViolations(page), []);
          },
          from,
        );
      }
    } finally {
      await program.kill('SIGTERM');
    }
  });

  it('every page has the same navigation, the same design, and loads nothing from another origin', async () => {
    const expected = '/ Requests,/shop Shop,/browser/ Two users,/tracing/ Tracing';
    const links = `[...document.querySelectorAll('header nav a')]
      .map((link) => link.getAttribute('href') + ' ' + link.textContent).join()`;
    const design = `[document.body, document.querySelector('h1'), document.querySelector('header.site')].map((element) => {
      const { fontFamily, fontSize, color, backgroundColor, maxWidth, marginTop, marginBottom } = getComputedStyle(element);
      return [fontFamily, fontSize, color, backgroundColor, maxWidth, marginTop, marginBottom, element.getBoundingClientRect().y].join();
    })`;
    const otherOrigins = `performance.getEntriesByType('resource').map(({ name }) => name)
      .filter((url) => !url.startsWith(location.origin + '/'))`;
    for (const viewport of [wide, narrow]) {
      const designs: unknown[] = [];
      for (const path of paths) {
        await withPage(path, { viewport }, async (page) => {
          assert.equal(await page.evaluate(links), expected, path);
          assert.deepEqual(await page.evaluate(otherOrigins), [], path);
          const current = await page.evaluate(`document.querySelector('[aria-current=page]')?.getAttribute('href')`);
          if (path !== '/nothing') assert.ok(path.startsWith(`${current}`), path);
          designs.push(await page.evaluate(design));
        });
      }
      for (const [index, path] of paths.entries()) assert.deepEqual(designs[index], designs[0], path);
    }
  });

  it('the links of the navigation lead to pages', async () => {
    await withPage('/nothing', {}, async (page) => {
      for (const [href, title] of [
        ['/', 'Requests in flight'],
        ['/shop', 'Sign in'],
        ['/browser/', 'Two users at once'],
        ['/tracing/', 'The trace of a click'],
      ] as const) {
        await page.click(`nav a[href="${href}"]`);
        await waitUntil(page, `${heading} === ${JSON.stringify(title)}`);
      }
    });
  });

  it('a path that does not exist has a page for browsers and a line of text for programs', async () => {
    const responses = await Promise.all(
      ['text/html,*/*', '*/*'].map((accept) => fetch(`${origin}/nothing`, { headers: { accept } })),
    );
    const [page = '', line] = await Promise.all(responses.map((response) => response.text()));
    assert.deepEqual(
      responses.map((response) => [response.status, response.headers.get('content-type')]),
      [
        [404, 'text/html; charset=utf-8'],
        [404, 'text/plain; charset=utf-8'],
      ],
    );
    assert.match(page, /<h1>Page not found<\/h1>[\s\S]*<a href="\/shop">/);
    assert.equal(line, 'There is no such page. Try /, /shop, /work, /browser/ or /tracing/.\n');
  });

  it('the live page plays from when it is opened until it is paused, and continues at the next click', async () => {
    await withPage('/', { viewport: wide }, async (page) => {
      await waitUntil(page, `${requestCount} > 16`);
      await pauseUntilIdle(page);
      assert.equal(await page.evaluate(`document.querySelector('#play').textContent`), 'Play');
      const paused = Number(await page.evaluate(requestCount));
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 2500))');
      assert.equal(await page.evaluate(requestCount), paused);
      await page.click('#play');
      await waitUntil(page, `${requestCount} > ${paused}`);
    });
  });

  it('three open live pages share the users, so that lanes stay free for requests of visitors', async () => {
    const pages = await Promise.all([1, 2, 3].map(() => browser.openPage(`${origin}/`, { viewport: wide })));
    const [first] = pages;
    assert.ok(first);
    for (let second = 0; second < 4; second++) {
      await first.evaluate('new Promise((resolve) => setTimeout(resolve, 1000))');
      assert.ok(Number(await first.evaluate(`document.querySelector('#in-flight').textContent`)) <= 16);
    }
    await Promise.all(pages.map((page) => page.close()));
  });

  it('the request of a signed-in visitor appears by name on the live page', async () => {
    await withPage('/shop', { viewport: wide }, async (page) => {
      await signIn(page, 'grace');
      await page.click('a[href="/#my-request"]');
      await waitUntil(
        page,
        `[...document.querySelectorAll('.user')].some(({ textContent }) => textContent === 'grace')`,
      );
      await waitUntil(page, `/^Request \\d+ of grace has its response/.test(${status})`);
      assert.equal(await page.evaluate('location.hash'), '');
    });
  });

  for (const [path, isBusy] of [
    ['/', `${requestCount} > 40`],
    ['/browser/', `Number(document.querySelector('.steps').textContent) > 100`],
    ['/tracing/', areCheckoutsDone],
  ] as const) {
    it(`nothing moves on ${path} while it loads and plays`, async () => {
      for (const viewport of [wide, narrow]) {
        await withPage(path, { viewport }, async (page) => {
          await waitUntil(page, isBusy);
          assert.deepEqual(await page.evaluate(layoutShifts), [], `${viewport.width} pixels`);
        });
      }
    });
  }

  it('with reduced motion nothing is animated, and the boxes still show every step', async () => {
    for (const path of ['/', '/browser/']) {
      for (const reducedMotion of [false, true]) {
        await withPage(path, { viewport: wide, reducedMotion }, async (page) => {
          await waitUntil(page, `document.querySelector('td.now') && document.querySelectorAll('td.read').length > 8`);
          const dot = `getComputedStyle(document.querySelector('td.now'), '::before')`;
          const animations = `new Promise((resolve) => {
            let most = 0;
            const end = Date.now() + 1500;
            const check = () => {
              most = Math.max(most, document.getAnimations().length);
              Date.now() < end ? requestAnimationFrame(check) : resolve(most);
            };
            check();
          })`;
          assert.equal(Number(await page.evaluate(animations)) > 0, !reducedMotion, path);
          await waitUntil(page, `document.querySelector('td.now')`);
          assert.deepEqual(await page.evaluate(`[${dot}.width, ${dot}.opacity > 0]`), ['7px', true]);
        });
      }
    }
  });

  it('every control is reached by the Tab key, shows the focus, and works by keyboard', async () => {
    const focused = `((element) => [element.id || element.classList[0] || element.getAttribute('href') || element.value,
      getComputedStyle(element.type === 'radio' ? element.closest('label') : element).outlineStyle].join(' '))(document.activeElement)`;
    for (const [path, expected] of [
      [
        '/',
        [
          'brand',
          '/',
          '/shop',
          '/browser/',
          '/tracing/',
          'send',
          'send-own',
          'play',
          '/shop',
          '/browser/',
          '/tracing/',
        ],
      ],
      ['/browser/', ['brand', '/', '/shop', '/browser/', '/tracing/', 'click-1', 'click-2', 'play', 'global']],
      ['/tracing/', ['brand', '/', '/shop', '/browser/', '/tracing/', 'click-1', 'click-2', 'throughline']],
    ] as const) {
      await withPage(path, { viewport: wide }, async (page) => {
        for (const name of [...expected, 'code']) {
          await page.press('Tab');
          assert.equal(await page.evaluate(focused), `${name} solid`, path);
        }
      });
    }
    await withPage('/browser/', { viewport: wide }, async (page) => {
      await page.evaluate(`document.querySelector('[value=global]').focus()`);
      await page.press('ArrowDown');
      await waitUntil(
        page,
        `document.querySelector('[value=interception]').checked && location.hash === '#interception'`,
      );
      await page.evaluate(`document.querySelector('#play').focus()`);
      await page.press('Space');
      await waitUntil(page, `document.querySelector('#play').textContent === 'Play'`);
    });
  });

  it('each page works or says why it does not while JavaScript is disabled', async () => {
    const options = { viewport: wide, javaScript: false };
    for (const path of ['/', '/browser/', '/tracing/']) {
      await withPage(path, options, async (page) => {
        assert.match(`${await page.evaluate('document.body.innerText')}`, /needs JavaScript/, path);
        const controls = `[...document.querySelectorAll('button')].filter((button) => button.checkVisibility()).length`;
        assert.equal(await page.evaluate(controls), 0, path);
      });
    }
    await withPage('/shop', options, async (page) => {
      await signIn(page, 'ada');
      await addItems(page, ['pen', 'lamp']);
    });
  });

  it('an invalid name is shown again, with the reason, and the form can be corrected', async () => {
    await withPage('/shop', { viewport: narrow }, async (page) => {
      // The browser focuses the field when it first draws the page, which may be after the page has loaded.
      const isFocused = `document.activeElement.id === 'user'`;
      await waitUntil(page, isFocused);
      await page.evaluate(`void (document.querySelector('#user').value = '"><b>')`);
      await page.press('Enter');
      await waitUntil(page, `document.querySelector('#problem') && ${isFocused}`);
      assert.deepEqual(
        await page.evaluate(
          `[document.activeElement.id, document.activeElement.value, document.title, document.activeElement.ariaDescribedByElements?.[0].id ?? 'problem']`,
        ),
        ['user', '"><b>', 'Invalid name · Throughline', 'problem'],
      );
      await signIn(page, 'ada');
    });
  });

  it('a page that stays open while the server is restarted says so, and continues afterwards', async () => {
    const options = { viewport: wide };
    const pages = await Promise.all(
      ['/', '/browser/', '/tracing/'].map((path) => browser.openPage(origin + path, options)),
    );
    const [live, flows, tracing] = pages;
    assert.ok(live && flows && tracing);
    await waitUntil(live, `${requestCount} > 8`);
    await waitUntil(flows, `Number(document.querySelector('.steps').textContent) > 20`);
    await waitUntil(tracing, areCheckoutsDone);
    await server.close();
    await waitUntil(live, `/does not respond.+reconnects by itself/.test(${status})`);
    assert.deepEqual(await accessibilityViolations(live), []);
    await waitUntil(flows, `/Check that npm start is running/.test(${status})`);
    await tracing.click('#click-1');
    await waitUntil(tracing, `/a checkout failed with .+ Check that npm start is running/.test(${status})`);
    server = await start(server.port);
    await waitUntil(live, `${status} === '' && ${requestCount} > 8`);
    await waitUntil(flows, `${status} === ''`);
    await tracing.click('#click-2');
    await waitUntil(tracing, `${status} === '' && ${areCheckoutsDone}`);
    await Promise.all(pages.map((page) => page.close()));
  });
});
