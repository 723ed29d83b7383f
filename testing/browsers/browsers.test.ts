/** The behavior that every `Browser` and every page server has, tested with the Chromium from npm. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, openBrowser, type PageServer, startPageServer } from './index.js';

describe('a browser', () => {
  let browser: Browser;
  let server: PageServer;

  before(async () => {
    server = await startPageServer({ isCrossOriginIsolated: true });
    server.add('/', '<!doctype html><title>A page</title><button onclick="trusted = event.isTrusted">Click</button>');
    browser = await openBrowser('chromium');
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  it('reports its version', () => match(browser.version, /^\d+\./));

  it('opens pages that share no storage and are all in the foreground', async () => {
    const pages = await Promise.all([browser.openPage(server.origin), browser.openPage(server.origin)]);
    const [first, second] = pages;
    await first?.evaluate('localStorage.setItem("key", "value")');
    equal(await second?.evaluate('localStorage.getItem("key")'), null);
    for (const page of pages) {
      equal(
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => done(document.visibilityState)))'),
        'visible',
      );
      await page.close();
    }
  });

  it('evaluates expressions, clicks elements and takes screenshots', async () => {
    const page = await browser.openPage(server.origin);
    deepEqual(await page.evaluate('[document.title, isSecureContext, crossOriginIsolated]'), ['A page', true, true]);
    equal(await page.evaluate('Promise.resolve(1)'), 1);
    await rejects(page.evaluate('Promise.reject(new Error("expected"))'), /expected/);
    await page.click('button');
    equal(await page.evaluate('trusted'), true);
    deepEqual([...(await page.screenshot()).slice(1, 4)], [...Buffer.from('PNG')]);
    await page.close();
  });

  it('opens a page with a viewport, a color scheme, reduced motion and without scripts, and presses keys', async () => {
    const media = (query: string) => `matchMedia('(${query})').matches`;
    const page = await browser.openPage(server.origin, {
      viewport: { width: 390, height: 800, scale: 2 },
      colorScheme: 'dark',
      reducedMotion: true,
    });
    deepEqual(
      await page.evaluate(
        `[innerWidth, devicePixelRatio, ${media('prefers-color-scheme: dark')}, ${media('prefers-reduced-motion')}]`,
      ),
      [390, 2, true, true],
    );
    await page.press('Tab');
    await page.press('Enter');
    equal(await page.evaluate('document.activeElement.localName + trusted'), 'buttontrue');
    await page.close();
    server.add('/scripts', '<!doctype html><title>No script</title><script>document.title = "Script"</script>');
    for (const [javaScript, title] of [
      [true, 'Script'],
      [false, 'No script'],
    ] as const) {
      const scripted = await browser.openPage(`${server.origin}/scripts`, { javaScript, colorScheme: 'light' });
      deepEqual(await scripted.evaluate(`[document.title, ${media('prefers-color-scheme: dark')}]`), [title, false]);
      await scripted.close();
    }
  });

  it('returns what a page has written to its console, and the errors that the page does not catch', async () => {
    server.add('/console', '<!doctype html><script>console.warn("careful", 1); undeclared();</script>');
    const page = await browser.openPage(`${server.origin}/console`);
    const [warning, error] = page.consoleMessages();
    equal(warning?.type, 'warn');
    match(warning?.text ?? '', /^careful 1 \(http/);
    equal(error?.type, 'error');
    match(error?.text ?? '', /undeclared is not defined/);
    await page.close();
  });

  it('closes a page that is stuck in an endless loop', async () => {
    server.add('/stuck', '<!doctype html><script>onload = () => setTimeout(() => { for (;;); })</script>');
    const page = await browser.openPage(`${server.origin}/stuck`);
    await page.close();
    await (await browser.openPage(server.origin)).close();
  });

  it('delivers what a page sends to its channel, and next() rejects when nothing arrives in time', async () => {
    const channel = server.createChannel();
    const page = await browser.openPage(server.origin);
    await page.evaluate(`fetch('${channel.path}', { method: 'POST', body: JSON.stringify({ sent: [1] }) })`);
    deepEqual(await channel.next(10_000), { sent: [1] });
    await rejects(channel.next(1), /sent nothing for 1 ms/);
    await page.close();
  });
});

describe('a page server', () => {
  it('has every built-in resource, each with its media type', async () => {
    const server = await startPageServer();
    try {
      const responses: string[] = [];
      for (const path of ['text.txt', 'image.png', 'script.js', 'style.css', 'worker.js', 'frame.html', 'missing']) {
        const response = await fetch(`${server.origin}/${path}?after=1`);
        const { length } = await response.text();
        responses.push(`${response.status} ${response.headers.get('content-type')}`);
        ok(length > 0);
      }
      deepEqual(responses, [
        '200 text/plain; charset=utf-8',
        '200 image/png',
        '200 text/javascript; charset=utf-8',
        '200 text/css; charset=utf-8',
        '200 text/javascript; charset=utf-8',
        '200 text/html; charset=utf-8',
        '404 text/plain',
      ]);
      const events = await fetch(`${server.origin}/events`);
      equal(events.headers.get('content-type'), 'text/event-stream');
      // The stream stays open, so close() must end it.
    } finally {
      await server.close();
    }
  });
});
