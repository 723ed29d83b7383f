/** The inspector of a real server under load, on its page in Chromium and as text. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  accessibilityViolations,
  type Browser,
  openBrowser,
  type Page,
  type PageOptions,
  waitUntil,
} from '@throughline/testing/browsers';

const SERVER = fileURLToPath(new URL('../../inspector/flow-server.mjs', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../../dist/command/throughline-doctor.js', import.meta.url));
const CONNECTIONS = 200;
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 375, height: 740 };

/** Expressions. */
const LIVE = `Number(document.querySelector('#live').textContent.replaceAll(',', ''))`;
const ROWS = `[...document.querySelectorAll('button.row')]`;
const ROW_TEXTS = `${ROWS}.map((row) => row.textContent)`;

interface InspectedServer {
  readonly child: ChildProcess;
  readonly port: number;
  /** The address of the page. */
  readonly url: string;
  readonly output: { text: string };
}

async function startServer(options: readonly string[]): Promise<InspectedServer> {
  const child = spawn(process.execPath, [COMMAND, ...options, '--expose-gc', SERVER], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  for (;;) {
    const [, port] = /port (\d+)/.exec(output.text) ?? [];
    const [url] = /http:\/\/127\.0\.0\.1:\d+\/\S+\//.exec(output.text) ?? [];
    if (port !== undefined && url !== undefined) return { child, port: Number(port), url, output };
    if (child.exitCode !== null) throw new Error(`The server has ended: ${output.text}`);
    await wait(20);
  }
}

async function stopServer({ child }: InspectedServer): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'close');
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

interface Response {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject).end();
  });
}

describe('the page of the inspector', { timeout: 240_000 }, () => {
  let server: InspectedServer;
  let browser: Browser;
  const paths = (path: string) => `http://127.0.0.1:${server.port}${path}`;
  /** Sends a request whose response is not awaited: it may never come. */
  const send = (path: string) => {
    get(paths(path)).catch(() => undefined);
  };

  before(async () => {
    server = await startServer(['--inspect-flows', '--redact=secrets']);
    browser = await openBrowser('chromium');
  });
  after(async () => {
    await browser?.close();
    if (server !== undefined) await stopServer(server);
    agent.destroy();
  });

  async function withPage(options: PageOptions, use: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.openPage(server.url, options);
    try {
      await use(page);
      const errors = page.consoleMessages().filter(({ type }) => type === 'error');
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
    }
  }

  async function setFilter(page: Page, name: string, value: string): Promise<void> {
    await page.evaluate(`{
      const field = document.querySelector('#filters').elements[${JSON.stringify(name)}];
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }`);
  }

  it('shows a server under 200 connections: by place, with a limited number of rows, and what the flows wait for', async () => {
    let isOver = false;
    const clients = Array.from({ length: CONNECTIONS }, async () => {
      while (!isOver) await get(paths('/work?ms=400'));
    });
    try {
      await withPage({ viewport: WIDE }, async (page) => {
        await waitUntil(page, `${LIVE} > ${CONNECTIONS / 2} && document.querySelector('.row.finished')`);
        const groups = await page.evaluate(
          `[...document.querySelectorAll('.group .toggle span')].map((place) => place.textContent)`,
        );
        assert.match(JSON.stringify(groups), /"\S*flow-server\.mjs:116:18"/);
        assert.ok(Number(await page.evaluate(`${ROWS}.length`)) < 60, 'rows are limited');
        await waitUntil(page, `document.querySelector('.waits').textContent.includes('timer · flow-server.mjs:16')`);
        await waitUntil(page, `${ROW_TEXTS}.some((text) => /name: "Ada", password: redacted/.test(text))`);
        const updates = `new Promise((resolve) => {
          let count = 0;
          new MutationObserver(() => count++).observe(document.querySelector('#oldest'), { childList: true });
          setTimeout(() => resolve(count), 2000);
        })`;
        assert.ok(Number(await page.evaluate(updates)) <= 5, 'at most some updates a second');
      });
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
  });

  it('filters by text, storage, age, kind of wait and state', async () => {
    send('/hang');
    send('/work?ms=8000');
    await withPage({ viewport: WIDE }, async (page) => {
      await waitUntil(page, `${ROW_TEXTS}.some((text) => text.includes('Grace'))`);
      await waitUntil(page, `${ROW_TEXTS}.some((text) => text.includes('/work?ms=8000'))`);
      await setFilter(page, 'text', 'GRACE');
      await waitUntil(page, `${ROWS}.length === 2 && !${ROW_TEXTS}.some((text) => text.includes('ms=8000'))`);
      assert.match(
        String(await page.evaluate(`document.querySelector('#status').textContent`)),
        /not match the filter/,
      );
      await setFilter(page, 'text', 'no such text');
      await waitUntil(page, `!document.querySelector('#empty').hidden && ${ROWS}.length === 0`);
      await page.click('#filters button');
      await waitUntil(page, `${ROWS}.length > 2`);
      for (const [name, value] of [
        ['older', '60000'],
        ['waits', 'socket'],
        ['state', 'held'],
      ] as const) {
        await setFilter(page, name, value);
        await waitUntil(page, `${ROWS}.length === 0`);
        await setFilter(page, name, '');
        await waitUntil(page, `${ROWS}.length > 2`);
      }
      await setFilter(page, 'waits', 'timer');
      await waitUntil(page, `${ROW_TEXTS}.some((text) => text.includes('Grace'))`);
    });
  });

  it('shows the details of a flow: its values, its waits, its tree, and what was found in it', async () => {
    await withPage({ viewport: WIDE }, async (page) => {
      await waitUntil(page, `document.querySelector('button.row')`);
      send('/lose');
      await waitUntil(page, `${ROW_TEXTS}.some((text) => text.includes('/lose'))`);
      send('/free');
      await waitUntil(page, `document.querySelector('.found-here:not(:empty)')`);
      assert.equal(await page.evaluate(`document.querySelector('#findings-count').textContent`), '1');
      await page.evaluate(`document.querySelector('.row.found').click()`);
      await waitUntil(page, `!document.querySelector('#details').hidden`);
      const details = String(await page.evaluate(`document.querySelector('#details').innerText`));
      assert.match(details, /requests #\d+/);
      assert.match(details, /timer of 3000 ms/);
      assert.match(details, /flow-server\.mjs:31:9\s+await wait\(3000\);/);
      assert.match(details, /`requests` was read with the value of another flow, once/);
      assert.match(details, /AsyncLocalStorage\.bind\(\(\) => resolve/);
    });
  });

  it('pauses, and filters what it has received before', async () => {
    send('/hang');
    await withPage({ viewport: WIDE }, async (page) => {
      await waitUntil(page, `${ROW_TEXTS}.some((text) => text.includes('Grace'))`);
      await page.click('#pause');
      assert.match(String(await page.evaluate(`document.querySelector('#status').textContent`)), /^Paused at /);
      const ages = `[...document.querySelectorAll('.age')].map((age) => age.textContent).join()`;
      const before = await page.evaluate(ages);
      await wait(1200);
      assert.equal(await page.evaluate(ages), before);
      await setFilter(page, 'text', 'no such text');
      await waitUntil(page, `${ROWS}.length === 0`);
      await page.click('#filters button');
      await waitUntil(page, `${ROWS}.length > 0`);
      await page.click('#pause');
      await waitUntil(page, `${ages} !== ${JSON.stringify(before)}`);
    });
  });

  it('can be used with the keyboard', async () => {
    await withPage({ viewport: WIDE }, async (page) => {
      await waitUntil(page, `${ROWS}.length > 2`);
      await page.click('#pause');
      await page.evaluate(`${ROWS}.find(({ tabIndex }) => tabIndex === 0).focus()`);
      assert.equal(await page.evaluate(`${ROWS}.filter(({ tabIndex }) => tabIndex === 0).length`), 1);
      await page.press('ArrowDown');
      assert.equal(await page.evaluate(`${ROWS}.indexOf(document.activeElement)`), 1);
      await page.press('Enter');
      await waitUntil(page, `document.activeElement.id === 'details'`);
      await page.press('Escape');
      assert.equal(await page.evaluate(`document.querySelector('#details').hidden`), true);
      assert.equal(await page.evaluate(`${ROWS}.indexOf(document.activeElement)`), 1);
      await page.press('End');
      assert.equal(await page.evaluate(`${ROWS}.indexOf(document.activeElement) === ${ROWS}.length - 1`), true);
    });
  });

  it('axe-core finds nothing, in both color schemes, wide and narrow, and nothing is too wide', async () => {
    send('/hang');
    for (const viewport of [WIDE, NARROW]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await withPage({ viewport, colorScheme, reducedMotion: true }, async (page) => {
          const variant = `${viewport.width} pixels, ${colorScheme}`;
          await waitUntil(page, `document.querySelector('button.row')`);
          await page.click('#pause');
          await page.evaluate(`document.querySelector('#findings').open = true`);
          await page.evaluate(`document.querySelector('button.row').click()`);
          assert.deepEqual(await accessibilityViolations(page), [], variant);
          assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `too wide: ${variant}`);
        });
      }
    }
  });

  it('uses the colors that were chosen instead of those of the system', async () => {
    const ground = `getComputedStyle(document.body).backgroundColor`;
    const choose = (value: string) => `{
      const select = document.querySelector('#scheme');
      select.value = '${value}';
      select.dispatchEvent(new Event('change'));
    }`;
    await withPage({ viewport: WIDE, colorScheme: 'dark' }, async (page) => {
      const dark = await page.evaluate(ground);
      await page.evaluate(choose('light'));
      const light = await page.evaluate(ground);
      assert.notEqual(light, dark);
      await page.evaluate(choose('dark'));
      assert.equal(await page.evaluate(ground), dark);
      await page.evaluate(choose('system'));
      assert.equal(await page.evaluate(ground), dark);
    });
  });

  it('shows hostile values without an effect on the program or the page', async () => {
    send('/hostile');
    await withPage({ viewport: WIDE }, async (page) => {
      await setFilter(page, 'text', '/hostile');
      await waitUntil(page, `${ROW_TEXTS}.some((text) => text.includes('/hostile'))`);
      await page.evaluate(`${ROWS}.find((row) => row.textContent.includes('/hostile')).click()`);
      await waitUntil(page, `document.querySelectorAll('.tree .branch').length > 10`);
      assert.equal(await page.evaluate('document.title'), 'Live flows · Throughline');
      assert.equal(await page.evaluate(`document.querySelectorAll('main script, main img').length`), 0);
    });
    const { text } = await get(`${server.url}flows.txt?text=/hostile`);
    for (const shown of [
      'Hostile {}',
      '{ danger: getter }',
      'Proxy',
      '… (10000000 characters)',
      '{ name: "circular", self: circular }',
      '{ "<img src=x onerror=alert(1)>": "</script><script>document.title = \\"hacked\\"</script>" }',
      'Map(1) {{} => Proxy}',
      'bigint of more than 40 digits',
      'Invalid Date',
      '{ token: redacted, nested: { authorization: redacted } }',
    ]) {
      assert.ok(text.includes(shown), `${shown} in ${text}`);
    }
    assert.ok(!text.includes('\u001b'), 'no control characters');
    assert.equal((await get(paths('/failures'))).text, '[]');
  });

  it('exports the timeline in the Trace Event Format', async () => {
    const { headers, text } = await get(`${server.url}trace.json`);
    assert.match(String(headers['content-disposition']), /^attachment; filename="flows-\d+\.json"$/);
    const { traceEvents } = JSON.parse(text);
    assert.ok(traceEvents.length > 10);
    assertTrace(traceEvents);
  });

  it('prints the same as text, by a call and by a signal', async () => {
    const { text } = await get(paths('/dump'));
    assert.match(text, /^throughline-doctor: \d+ live flows in flow-server\.mjs \(process \d+\)\n/);
    assert.match(text, /requests, opened at \S*flow-server\.mjs:116:18 {2}await requests\.run\(\{ id: \+\+count/);
    assert.match(text, /#\d+ {2}waiting, [\d.]+ m?s {2}\{ id: \d+, url: "\/hang" \}/);
    assert.match(text, /inside: users, opened at \S*flow-server\.mjs:\d+:\d+/);
    assert.match(text, /waits for [\d.]+ m?s: timer of 600 s at \S*flow-server\.mjs:\d+:\d+ {2}await wait\(600_000\);/);
  });

  it('does not show values of storages that are redacted', async () => {
    send('/secret');
    for (;;) {
      const { text } = await get(paths('/dump'));
      if (!text.includes('inside: secrets')) continue;
      assert.ok(!text.includes('the password of the database'));
      assert.match(text, /inside: secrets.*\n\s+#\d+ {2}waiting, \S+ m?s {2}redacted\n/);
      break;
    }
  });

  it('serves only its own page, with the token, from this machine', async () => {
    const { origin, pathname, host } = new URL(server.url);
    const ok = await get(server.url);
    assert.equal(ok.status, 200);
    assert.match(String(ok.headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
    assert.equal(ok.headers['access-control-allow-origin'], undefined);
    assert.equal(ok.headers['referrer-policy'], 'no-referrer');
    const token = pathname.slice(1, -1);
    const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const [url, headers, method] of [
      [`${origin}/`],
      [`${origin}/${wrong}/`],
      [`${origin}/${wrong}/events`],
      [`${origin}/${token}extra/`],
      [server.url, { host: `evil.example:${host.split(':')[1]}` }],
      [server.url, { host: '127.0.0.1' }],
      [`${server.url}events`, { origin: 'http://evil.example' }],
      [`${server.url}events`, { origin: 'null' }],
      [`${server.url}trace.json`, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ] as [string, Record<string, string>?, string?][]) {
      const { status, text } = await get(url, headers, method);
      assert.equal(status, 403, `${url} ${JSON.stringify(headers)}`);
      assert.ok(!text.includes(token), 'the token is not in the response');
    }
    assert.equal((await get(server.url, {}, 'POST')).status, 405);
    assert.equal((await get(`${server.url}../../package.json`)).status, 403);
    assert.equal((await get(`${server.url}page/unknown.js`)).status, 404);
    assert.equal((await get(server.url.slice(0, -1))).status, 308);
    const logged = server.output.text.split(token).length - 1;
    assert.equal(logged, 1, 'the token is printed once');
  });
});

/** Checks what the format requires: the phases, the times, and that each begin has one end with its id and name. */
function assertTrace(events: readonly Record<string, unknown>[]): void {
  const open = new Map<string, number>();
  let last = 0;
  for (const { ph, name, cat, ts, pid, tid, id, s } of events) {
    assert.ok(typeof name === 'string' && Number.isInteger(pid) && Number.isInteger(tid));
    if (ph === 'M') continue;
    assert.ok(Number.isInteger(ts) && Number(ts) >= last, 'times are whole microseconds, in order');
    last = Number(ts);
    assert.ok(typeof cat === 'string');
    if (ph === 'i') {
      assert.equal(s, 'p');
      continue;
    }
    assert.ok(ph === 'b' || ph === 'e', String(ph));
    assert.equal(typeof id, 'string');
    const key = `${cat} ${id} ${name}`;
    open.set(key, (open.get(key) ?? 0) + (ph === 'b' ? 1 : -1));
    assert.ok([0, 1].includes(open.get(key) ?? -1), `${key} ends after it began, once`);
  }
  assert.ok(
    [...open.values()].every((count) => count === 0),
    'each begin has an end',
  );
}

it('keeps no memory of finished flows, and prints the flows on a signal', { timeout: 120_000 }, async () => {
  const server = await startServer(['--inspect-flows', '--record-waits']);
  try {
    const send = (path: string) => get(`http://127.0.0.1:${server.port}${path}`);
    const openMany = async (count: number) => {
      await send(`/many?count=${count}`);
      // Two sweeps later, all of them have finished.
      await wait(1200);
      return Number((await send('/heap')).text);
    };
    await openMany(2000);
    const before = await openMany(2000);
    const after = await openMany(20_000);
    assert.ok(after - before < 3_000_000, `${before} ${after}`);
    if (process.platform !== 'win32') {
      const [, pid] = /process (\d+)/.exec(server.output.text) ?? [];
      process.kill(Number(pid), 'SIGURG');
      while (!/throughline-doctor: \d+ live flows? in flow-server\.mjs/.test(server.output.text)) await wait(20);
    }
  } finally {
    await stopServer(server);
    agent.destroy();
  }
});
