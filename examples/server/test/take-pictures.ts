/**
 * `npm run pictures`: takes the pictures of the READMEs and the guides, docs/server.png, docs/sessions.png, docs/browser.png
 * and docs/flows.png, in a real browser. Run it after a change of the pages. The sizes stay the same.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { sessions } from '@throughline/request/sessions';
import { type Browser, openBrowser, type Page, startPageServer, waitUntil } from '@throughline/testing/browsers';
import { startServer } from '../server.js';
import { createShopMiddleware } from '../shop-middleware.js';
import { addItems, signIn } from './page-checks.js';
import { ServerProcess } from './server-process.js';

/** This file is compiled into examples/server/dist/test/. */
const docs = new URL('../../../../docs/', import.meta.url);

const shop = createShopMiddleware(sessions({ secret: 'a secret for pictures, used nowhere else', store: new Map() }));
const server = await startServer(0, { shop });
const browser = await openBrowser('chromium');
try {
  const origin = `http://127.0.0.1:${server.port}`;
  await save('server.png', await takeRequests(browser, origin));
  await save('sessions.png', await takeSessions(browser, origin));
  await save('browser.png', await takeTwoUsers(browser, origin));
  await save('flows.png', await takeLiveFlows(browser));
} finally {
  await browser.close();
  await server.close();
}

/** The live page while 20 users work, one step after another. */
async function takeRequests(browser: Browser, origin: string): Promise<Uint8Array> {
  const page = await browser.openPage(`${origin}/`, {
    viewport: { width: 1200, height: 955 },
    colorScheme: 'light',
    reducedMotion: true,
  });
  // The users of the automatic rounds repeat their names, so they leave first.
  await page.click('#play');
  await waitUntil(page, `!document.querySelector('#idle').hidden`);
  await page.click('#send');
  // Most requests are in the middle of their work, and some have finished.
  await waitUntil(
    page,
    `document.querySelectorAll('td.now').length > 15 && document.querySelectorAll('.done').length > 1 &&
      document.querySelectorAll('td.read').length > 85`,
  );
  return finish(page);
}

/** Two browser windows side by side, each with the cart of another user. */
async function takeSessions(browser: Browser, origin: string): Promise<Uint8Array> {
  const windows: string[] = [];
  for (const [user, items] of [
    ['Ada', ['book', 'book', 'lamp']],
    ['Bob', ['pen', 'pen', 'pen', 'lamp']],
  ] as const) {
    const viewport = { width: 614, height: 445, scale: 564 / 614 };
    const page = await browser.openPage(`${origin}/shop`, { viewport, colorScheme: 'light', reducedMotion: true });
    await signIn(page, user);
    await addItems(page, items);
    windows.push(Buffer.from(await finish(page)).toString('base64'));
  }
  const pageServer = await startPageServer();
  try {
    pageServer.add('/windows', windowsHtml(windows));
    const viewport = { width: 1200, height: 498 };
    return await finish(await browser.openPage(`${pageServer.origin}/windows`, { viewport, colorScheme: 'light' }));
  } finally {
    await pageServer.close();
  }
}

/** @param images the contents of the windows: PNG images in base64 */
function windowsHtml(images: readonly string[]): string {
  const windows = images.map(
    (
      image,
    ) => `<div class="window"><div class="bar"><i style="background: #fe5f57"></i><i style="background: #febc2e"></i>
      <i style="background: #28c840"></i><p>localhost:1337/shop</p></div><img src="data:image/png;base64,${image}"></div>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>
    body { display: flex; gap: 24px; margin: 0; padding: 24px; background: linear-gradient(#e9edf8, #d8deee); font: 14px/28px system-ui; }
    .window { box-sizing: border-box; width: 564px; height: 450px; overflow: hidden; border-radius: 10px;
      box-shadow: 0 0 0 1px rgb(20 30 60 / 18%), 0 10px 26px -12px rgb(20 30 60 / 40%); }
    .bar { display: flex; gap: 8px; align-items: center; height: 41px; padding: 0 14px; background: #eff1f6; }
    .bar i { width: 12px; height: 12px; border-radius: 50%; }
    .bar p { width: 300px; margin: 0 0 0 62px; border-radius: 6px; background: #fff; color: #4a4d55; text-align: center; }
    img { display: block; width: 564px; height: 409px; }
  </style>${windows.join('')}`;
}

/** The page that compares a plain global with Throughline, when most lanes have been used. */
async function takeTwoUsers(browser: Browser, origin: string): Promise<Uint8Array> {
  const page = await browser.openPage(`${origin}/browser/`, {
    viewport: { width: 1360, height: 735, scale: 2560 / 1360 },
    colorScheme: 'light',
    reducedMotion: true,
  });
  await waitUntil(
    page,
    `document.querySelectorAll('table:not([hidden]) td.read, table:not([hidden]) td.wrong').length > 64 &&
      document.querySelectorAll('table:not([hidden]) td.wrong').length > 12 && document.querySelector('td.now')`,
  );
  return finish(page);
}

/** The page of the inspector while 20 users use a server of its own, with the details of one of their requests. */
async function takeLiveFlows(browser: Browser): Promise<Uint8Array> {
  const inspected = new ServerProcess(['--inspect-flows', '--requests', '20']);
  try {
    const port = await inspected.waitUntilServing();
    const [, url = ''] = await inspected.waitForOutput(/(http:\S+\/) shows the live flows/);
    const page = await browser.openPage(url, {
      viewport: { width: 1360, height: 800, scale: 2560 / 1360 },
      colorScheme: 'light',
      reducedMotion: true,
    });
    const users = `http://127.0.0.1:${port}/users`;
    // The server ends before its users do.
    fetch(users, { method: 'POST', headers: { origin: `http://127.0.0.1:${port}` } }).catch(() => undefined);
    // The font of the system may have no semi-bold letters.
    await page.evaluate(`void (document.body.style.fontFamily = '"Open Sans", system-ui, sans-serif')`);
    await waitUntil(
      page,
      `document.querySelectorAll('.row.waiting').length > 7 && document.querySelectorAll('.row.finished .kind').length > 4`,
    );
    await page.evaluate(`document.querySelector('.row.waiting.inner').click()`);
    return await finish(page);
  } finally {
    await inspected.kill('SIGTERM');
  }
}

/**
 * Takes the picture without the focus ring of the button that was clicked last, and without the explanation at the end of
 * the page, whose first line would be cut.
 */
async function finish(page: Page): Promise<Uint8Array> {
  await page.evaluate(`document.activeElement.blur(), document.querySelector('.how')?.remove()`);
  await setTimeout(50);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

async function save(name: string, picture: Uint8Array): Promise<void> {
  const file = new URL(name, docs);
  await writeFile(file, picture);
  console.log(`docs/${name}: ${Math.round(picture.length / 1024)} kB`);
}
