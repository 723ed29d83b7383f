/** The example as its user sees it: the command, and its page in a real browser. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accessibilityViolations, layoutShifts, openBrowser, waitUntil } from '@throughline/testing/browsers';
import { isNotInstalled, startRedis } from '@throughline/testing/databases';
import { openRedis } from './open-redis.js';
import { readOptions } from './options.js';

/** For a machine that is busy: nothing here takes longer than a few seconds. */
const timeLimit = { timeout: 600_000 };
const PATIENCE_S = 120;

const main = fileURLToPath(new URL('main.js', import.meta.url));

/** Whether Redis is installed. Otherwise, the test is skipped. */
async function hasRedis(context: TestContext): Promise<boolean> {
  const redis = await startRedis();
  if (isNotInstalled(redis)) {
    context.skip(redis.reason);
    return false;
  }
  await redis[Symbol.asyncDispose]();
  return true;
}

interface Result {
  readonly code: number;
  readonly output: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const options = { env: { ...process.env, PORT: '0', REDIS_URL: '', ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe('npm run example:orders', timeLimit, () => {
  it('sends orders with --exit, and each log line of each process reads its own order and customer', async (context) => {
    if (!(await hasRedis(context))) return;
    const { code, output } = await run(['--exit', '--orders', '60']);
    assert.equal(code, 0, output);
    const counts = Object.fromEntries(
      [...output.matchAll(/^ {2}(.+?) {2,}([\d,]+)$/gm)].map(([, name, n]) => [name, n]),
    );
    assert.deepEqual(counts, {
      orders: '60',
      // Eight steps of each order, and two more where a charge failed.
      'log lines of all processes': '504',
      'jobs that were tried again': '12',
      'wrong values': '0',
      'missing values': '0',
      'orders without an end': '0',
    });
  });

  it('exits with code 1 if values are missing', async (context) => {
    if (!(await hasRedis(context))) return;
    const { code, output } = await run(['--exit', '--orders', '5'], { ORDERS_TRUST: 'nothing' });
    assert.equal(code, 1, output);
    // Two values at each of five steps after the queue, and at the two that are repeated for the fifth order.
    assert.match(output, /missing values +54$/m);
  });

  it('states that Redis is not installed, and how to install it', async () => {
    const { code, output } = await run(['--exit'], { PATH: '' });
    assert.equal(code, 1);
    assert.match(
      output,
      /^redis-server is not installed \(Debian: apt-get install redis-server\)\. Install it, or use/,
    );
  });

  it('names an option or a setting that is wrong', async () => {
    assert.throws(() => readOptions(['--exitt'], {}), /--exitt.*npm run example:orders -- --help/);
    assert.throws(() => readOptions(['--orders', 'x'], {}), /--orders is "x", but must be a whole number from 1/);
    assert.throws(() => readOptions([], { PORT: '1e9' }), /PORT is "1e9"/);
    await assert.rejects(openRedis('x'), /REDIS_URL is "x"/);
    assert.deepEqual(readOptions(['--exit', '--orders', '5'], { PORT: '0' }), {
      isHelpWanted: false,
      isExitWanted: true,
      orders: 5,
      port: 0,
    });
  });
});

describe('the page of the orders', timeLimit, () => {
  it('shows the way of an order, on wide and narrow screens and in both color schemes', async (context) => {
    if (!(await hasRedis(context))) return;
    const program = spawn(process.execPath, [main], {
      env: { ...process.env, PORT: '0', REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(program, 'close');
    const browser = await openBrowser('chromium');
    try {
      const origin = await originOf(program.stdout);
      for (const width of [1280, 375]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const name = `${width} pixels, ${colorScheme}`;
          const viewport = { width, height: 900 };
          const page = await browser.openPage(origin, { viewport, colorScheme, reducedMotion: true });
          assert.deepEqual(await accessibilityViolations(page), [], `${name}, at first`);
          await page.evaluate(`void (document.querySelector('#customer').value = 'Zoë <b>')`);
          await page.click('button[type=submit]');
          const boxes = `document.querySelectorAll('tbody tr:has([aria-pressed=true]) td.read').length`;
          await waitUntil(page, `${boxes} === 8`, PATIENCE_S);
          await page.click('#many');
          await waitUntil(page, `document.querySelectorAll('td.read').length === 96`, PATIENCE_S);
          assert.deepEqual(await accessibilityViolations(page), [], name);
          assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `too wide: ${name}`);
          assert.equal(await page.evaluate(`document.querySelectorAll('.wrong, .bad').length`), 0, name);
          await page.click('tbody tr:nth-child(3) button');
          const fields = `[...new Set([...document.querySelectorAll('#way code')].map((code) => code.textContent))].join('|')`;
          assert.match(`${await page.evaluate(fields)}`, /^order=\d+ customer=\w+$/, 'every line has read the same');
          const heading = `document.querySelector('#selected').textContent`;
          const selected = `document.querySelector('tbody tr:nth-child(3) button').textContent`;
          assert.equal(await page.evaluate(`${heading}.startsWith('Order ' + ${selected}.replace(' ', ' of '))`), true);
          const processes = `[...new Set([...document.querySelectorAll('.process')].map((item) => item.textContent.split(' ')[0]))].join()`;
          // The reads and the log lines of a process arrive separately.
          await waitUntil(page, `${processes} === 'server,worker,thread'`, PATIENCE_S);
          assert.deepEqual(await page.evaluate(layoutShifts), [], name);
          await page.close();
        }
      }
    } finally {
      await browser.close();
      program.kill('SIGTERM');
      const [code] = await closed;
      assert.equal(code, 0, 'it ends when it is stopped');
    }
  });
});

/** Waits until the program has printed its URL. */
async function originOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let output = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  for (;;) {
    const [, port] = /localhost:(\d+)\S* shows/.exec(output) ?? [];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
    await once(stdout, 'data');
  }
}
