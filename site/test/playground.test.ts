/** The playground as a visitor uses it: programs run in the page, are drawn, are stopped, and are opened from the guides. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fragmentOf, type ProgramMode } from '@throughline/playground/program-link';
import {
  accessibilityViolations,
  MissingBrowser,
  openBrowser,
  type Page,
  type PageOptions,
  waitUntil,
} from '@throughline/testing/browsers';
import { linksOf } from './built-links.js';
import { builtPages, builtSite, type OpenSite, openSite } from './built-site.js';

/** Expression: the lines that the program has printed. */
const OUTPUT = `[...document.querySelectorAll('.tp-output p')].map((line) => line.textContent)`;

/** Expression: for each lane its title, and what its reads have seen. A wrong value has an exclamation mark. */
const LANES = `[...document.querySelectorAll('.tp-lane')].map((lane) => [
  [...lane.querySelectorAll('.tp-lane-title > :not(.tp-time)')].map((part) => part.textContent).join(' '),
  ...[...lane.querySelectorAll('.tp-read')].map((read) =>
    [...read.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join('') +
    (read.classList.contains('tp-wrong') ? '!' : '')),
])`;

const FINDINGS = `[...document.querySelectorAll('.tp-findings > li')].map((finding) =>
  [finding.querySelector('strong').textContent, ...[...finding.querySelectorAll('.tp-place')].map((place) => place.textContent)].join(' '))`;

const STATUS = `document.querySelector('.tp-status').textContent`;

/** Expression: the errors that the program has not caught. */
const ERRORS = `[...document.querySelectorAll('.tp-output .tp-error')].map((line) => line.textContent)`;

/** Expression: how many places the editor marks. */
const NOTES = `document.querySelectorAll('.cm-lintRange').length`;

/** Expression: whether the top level of the program has ended. */
const HAS_RUN = `${STATUS}.startsWith('The program has run')`;

const BOTH = ['transform', 'interception'] as const;

/** What each of the starting examples prints, how its lanes look, and what the doctor finds. */
const EXAMPLES: Readonly<
  Record<string, { readonly output: readonly string[]; readonly lanes: unknown; readonly findings?: readonly string[] }>
> = {
  'two-users': {
    output: ['ada', 'bob'].flatMap((user) => [
      ...(user === 'ada' ? ['ada orders a novel'] : ['bob orders an atlas']),
      ...['gets a mail', 'gets a parcel', 'is done', 'pays'].map((text) => `${user} ${text}`),
    ]),
    lanes: [
      ['Flow 1 ada', 'ada', 'ada', 'ada', 'ada', 'ada'],
      ['Flow 2 bob', 'bob', 'bob', 'bob', 'bob', 'bob'],
    ],
  },
  'lost-callback': {
    output: ['ada has saved a bill', 'ada has saved a poem', 'ada saves a poem', 'bob saves a bill'],
    lanes: [
      ['Flow 1 ada', 'ada', 'ada'],
      ['Flow 2 bob', 'bob', 'ada!'],
    ],
    findings: ['lost callback:  line 21 line 13 line 22'],
  },
  timers: {
    output: [
      ...['export', 'import'].map((job) => `microtask of ${job}`),
      ...[1, 2, 3].flatMap((count) => ['export', 'import'].map((job) => `tick ${count} of ${job}`)),
      ...['export', 'import'].map((job) => `timer of ${job}`),
      'top level: undefined',
    ],
    lanes: [
      ['Flow 1 import', 'import', 'import', 'import', 'import', 'import'],
      ['Flow 2 export', 'export', 'export', 'export', 'export', 'export'],
      ['No flow', 'undefined'],
    ],
  },
  streams: {
    output: [1, 3, 5]
      .flatMap((number) => [
        `ada has read ${number}`,
        `bob has read ${number + 1}`,
        `number ${number} is made for ada`,
        `number ${number + 1} is made for bob`,
      ])
      .sort(),
    lanes: [
      ['Flow 1 ada', 'ada', 'ada', 'ada', 'ada', 'ada', 'ada'],
      ['Flow 2 bob', 'bob', 'bob', 'bob', 'bob', 'bob', 'bob'],
    ],
  },
  'abort-signal': {
    output: ['after the await: ada', 'the bound listener reads ada', 'the listener reads bob'],
    lanes: [['Flow 1 ada', 'bob!', 'ada', 'ada'], ['Flow 2 bob']],
    findings: ['lost callback:  line 8 line 24 line 9'],
  },
  'async-context': {
    output: ['outside: en', 'settings: de, dark', 'snapshot: it', 'start: fr, light'],
    lanes: [
      ['Flow 1 fr', 'fr', 'light'],
      ['Flow 2 de', 'de', 'dark'],
      ['Flow 3 it', 'it'],
      ['No flow', 'en'],
    ],
  },
};

describe('the playground', { timeout: 300_000 }, () => {
  let site: OpenSite;
  /** All programs run in one page, one after the other, unless the page itself is tested. */
  let page: Page;
  before(async () => {
    site = await openSite();
    page = await openPlayground();
  });
  after(() => site?.close());

  async function openPlayground(options?: PageOptions): Promise<Page> {
    const opened = await site.browser.openPage(`${site.origin}/playground`, options);
    await waitUntil(opened, `document.querySelector('.tp select') !== null`);
    return opened;
  }

  const openProgram = (program: string, mode?: ProgramMode) => openLink(`/playground${fragmentOf(program, mode)}`);

  /** Follows a link within the page. What an earlier program has printed is gone then. */
  async function openLink(link: string): Promise<void> {
    await page.evaluate(`{ location.href = ${JSON.stringify(link)}; 0 }`);
    await waitUntil(page, `document.querySelector('.tp select').value === ''`);
  }

  for (const [name, { output, lanes, findings = [] }] of Object.entries(EXAMPLES)) {
    it(`runs the example ${name} with the transform and with interception`, async () => {
      for (const mode of BOTH) {
        await page.click(`.tp-modes input[value=${mode}]`);
        await choose(page, name);
        await waitUntil(page, `${OUTPUT}.length === ${output.length} && ${FINDINGS}.length === ${findings.length}`);
        assert.deepEqual([...((await page.evaluate(OUTPUT)) as string[])].sort(), [...output].sort(), mode);
        await waitUntil(page, `JSON.stringify(${LANES}) === ${JSON.stringify(JSON.stringify(lanes))}`, 3).catch(
          async () => assert.deepEqual(await page.evaluate(LANES), lanes, mode),
        );
        assert.deepEqual(await page.evaluate(FINDINGS), findings, mode);
      }
    });
  }

  it('shows that a plain global mixes up two users', async () => {
    await choose(page, 'two-users');
    await page.click('.tp-modes input[value=global]');
    await waitUntil(page, `${OUTPUT}.length === 10`);
    await waitUntil(page, `document.querySelectorAll('.tp-read.tp-wrong').length === 4`);
    assert.match(String(await page.evaluate(`document.querySelector('.tp-counts').textContent`)), /4 wrong/);
    await openProgram(
      `import { AsyncContext, AsyncLocalStorage } from 'throughline';
      const user = new AsyncLocalStorage({ defaultValue: 'guest' });
      const bound = user.run('ada', () => AsyncLocalStorage.bind(() => user.getStore()));
      user.enterWith('bob');
      console.log(bound());
      const scope = user.withScope('eve');
      console.log(user.getStore());
      scope.dispose();
      console.log(user.getStore());
      user.exit(() => console.log(user.getStore()));
      console.log(new AsyncContext.Variable().run('fr', () => AsyncContext.Snapshot.wrap(() => user.getStore())()));`,
      'global',
    );
    await waitUntil(page, `${OUTPUT}.length === 5`);
    assert.deepEqual(await page.evaluate(OUTPUT), ['bob', 'eve', 'bob', 'undefined', 'undefined']);
    await openProgram("import '@throughline/request';", 'global');
    await waitUntil(page, `${OUTPUT}.length === 1 && ${OUTPUT}[0].includes('The mode of a plain global has no module')`);
    await page.click('.tp-modes input[value=transform]');
  });

  it('marks the lines of a finding in the editor, and leads to them', async () => {
    await choose(page, 'lost-callback');
    await waitUntil(page, `${NOTES} === 3`);
    await page.click('.tp-findings .tp-place');
    const line = `getSelection().anchorNode.parentElement.closest('.cm-line').textContent`;
    assert.equal(await page.evaluate(line), '  save(document, (saved) => {');
  });

  it('ends a program that is in an endless loop, and runs the next one', async () => {
    await openProgram('console.log("before"); for (;;);');
    await waitUntil(page, `${STATUS}.includes('endless loop')`);
    assert.deepEqual(await page.evaluate(OUTPUT), ['before']);
    await page.click('.tp-buttons button:nth-child(2)');
    await waitUntil(page, `${STATUS} === 'Stopped.'`);
    await choose(page, 'timers');
    await waitUntil(page, `${OUTPUT}.length === 11`);
  });

  for (const [title, program, expected] of [
    ['a syntax error', 'const a = 1;\nawait;\n', /^Unexpected token.*line 2$/],
    [
      'an unknown module',
      "import 'throughlin';\n",
      /^The playground has no module 'throughlin'\. Did you mean 'throughline'\? It has .*@throughline\/request.* line 1$/,
    ],
    ['an error', '\nnull.property;\n', /^TypeError: .*line 2$/],
    ['an error of a callback', '\nsetTimeout(() => {\n  throw new Error("late");\n});\n', /^Error: late line 3$/],
    [
      'an unhandled rejection',
      'async function f() {\n  await 1;\n  throw new Error("lost");\n}\nf();\n',
      /^Unhandled rejection: Error: lost line 3$/,
    ],
  ] as const) {
    it(`shows ${title} with its line`, async () => {
      await openProgram(program);
      await waitUntil(page, `${OUTPUT}.length === 1 && ${NOTES} === 1`);
      assert.match(String(await page.evaluate(`${OUTPUT}[0]`)), expected);
    });
  }

  it('runs TypeScript without its types, and keeps its lines', async () => {
    await openProgram(`
      import { AsyncLocalStorage } from 'throughline';
      interface User {
        readonly name: string;
      }
      const user = new AsyncLocalStorage<User>();
      async function greet(greeting: string): Promise<void> {
        await (5 as number);
        console.log(greeting, user.getStore()!.name);
      }
      user.run({ name: 'Ada' }, () => greet('Hello,'));
    `);
    await waitUntil(page, `${OUTPUT}.length === 1 && document.querySelector('.tp-read') !== null`);
    assert.deepEqual(await page.evaluate(OUTPUT), ['Hello, Ada']);
    assert.deepEqual(await page.evaluate(LANES), [["Flow 1 { name: 'Ada' }", "{ name: 'Ada' }"]]);
    assert.equal(await page.evaluate(`document.querySelector('.tp-read small').textContent`), 'line 9');
    await openProgram('enum Color { red }');
    await waitUntil(page, `${OUTPUT}.length === 1 && ${OUTPUT}[0].includes('an enum is more than a type')`);
  });

  it('says that it shows no more lines and reads when there are too many', async () => {
    await openProgram(`
      import { AsyncLocalStorage } from 'throughline';
      const count = new AsyncLocalStorage();
      for (let i = 0; i < 1200; i++) console.log(i);
      for (let i = 0; i < 6000; i++) count.getStore();
    `);
    await waitUntil(page, `${HAS_RUN} && ${OUTPUT}.length === 1002`);
    assert.deepEqual(await page.evaluate(`${OUTPUT}.slice(-3)`), [
      '999',
      'Further output is not shown.',
      'Further flows and reads are not shown.',
    ]);
    await waitUntil(page, `document.querySelector('.tp-counts').textContent.includes(' 4999 reads')`);
  });

  it('gives a program no access to the site and to the network', async () => {
    await openProgram(`
      console.log(origin, typeof document);
      await fetch('${site.origin}/').catch(({ name }) => console.log('fetch: ' + name));
      try { indexedDB.open('a'); } catch ({ name }) { console.log('indexedDB: ' + name); }
    `);
    await waitUntil(page, `${OUTPUT}.length === 3`);
    assert.deepEqual(await page.evaluate(OUTPUT), ['null undefined', 'fetch: TypeError', 'indexedDB: SecurityError']);
  });

  it('runs every program of the pages that opens in it', async () => {
    const links = new Set(
      builtPages().flatMap((file) =>
        linksOf(readFileSync(join(builtSite, file), 'utf8')).links.filter((link) => link.startsWith('/playground#')),
      ),
    );
    assert.ok(links.size >= 10, `only ${links.size} programs`);
    for (const link of links) {
      await choose(page, 'timers');
      await openLink(link);
      await waitUntil(page, `${HAS_RUN} && ${OUTPUT}.length > 0`);
      assert.deepEqual(await page.evaluate(ERRORS), [], link);
    }
  });

  it('opens the program of a guide when its link is clicked', async () => {
    const guide = await site.browser.openPage(`${site.origin}/why`);
    await waitUntil(guide, `document.querySelector('#app')?.__vue_app__ !== undefined`);
    await guide.click('.opens-in-playground a');
    await waitUntil(guide, `${OUTPUT}.length === 2`);
    assert.deepEqual(await guide.evaluate(OUTPUT), ['book for Ada', 'lamp for Bob']);
    await guide.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is accessible in ${colorScheme} on desktops and phones, and fits them`, async () => {
      const check = async (width: number) => {
        const opened = await openPlayground({ colorScheme, viewport: { width, height: 800 }, reducedMotion: true });
        await choose(opened, 'lost-callback');
        await waitUntil(opened, `${FINDINGS}.length === 1`);
        assert.deepEqual(await accessibilityViolations(opened), [], `${width} px`);
        assert.equal(await opened.evaluate('document.documentElement.scrollWidth'), width);
        await opened.close();
      };
      await Promise.all([1280, 360].map(check));
    });
  }

  it('runs in Firefox', async (context) => {
    let browser: Awaited<ReturnType<typeof openBrowser>>;
    try {
      browser = await openBrowser('firefox');
    } catch (error) {
      if (!(error instanceof MissingBrowser)) throw error;
      context.skip(error.message);
      return;
    }
    try {
      const opened = await browser.openPage(`${site.origin}/playground`);
      await waitUntil(opened, `document.querySelector('.tp select') !== null`);
      await choose(opened, 'lost-callback');
      await waitUntil(opened, `${FINDINGS}.length === 1`, 60);
      assert.deepEqual(await opened.evaluate(FINDINGS), EXAMPLES['lost-callback']?.findings);
      assert.deepEqual(await opened.evaluate(LANES), EXAMPLES['lost-callback']?.lanes);
    } finally {
      await browser.close();
    }
  });
});

function choose(page: Page, example: string): Promise<unknown> {
  return page.evaluate(`{
    const select = document.querySelector('.tp select');
    select.value = ${JSON.stringify(example)};
    select.dispatchEvent(new Event('change'));
  }`);
}
