/**
 * Opens a web application in Chromium: first the built one, then its development server, whose program is edited while
 * the page is open. In each state, flows overlap in the page and on the server, and each must read its own value after
 * every step: see `apps/shared/flows.js`.
 */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, openBrowser, type Page } from '@throughline/testing/browsers';
import { findFreePort, startTestServer } from '@throughline/testing/processes';
import type { App, Command } from './project.js';

/** What a flow reads, by where it was started, in its order. */
const GENERATOR_STEPS = ['generator', 'loop', 'generator', 'loop'];
const FIRST_STEPS = ['await', 'timer', 'callback', 'promise', 'then', 'thenable', ...GENERATOR_STEPS, 'catch'];
const STEPS: Readonly<Record<string, readonly string[]>> = {
  render: [...FIRST_STEPS, 'end'],
  api: [...FIRST_STEPS, 'end'],
  action: [...FIRST_STEPS, 'end'],
  page: [...FIRST_STEPS, 'fetch', 'body', 'action', 'end'],
};

/** The flows that the test starts in a page. Each also starts one in the API and one in an action of the server. */
const FLOW_COUNT = 4;

/** The time that a server or a page may take. They compile the application first. */
const TIME_LIMIT_MS = 240_000;

/** Whether the page has started: its button is enabled then. */
const IS_READY = `document.querySelector('button')?.disabled === false`;

/**
 * Checks what a flow has read.
 * @returns its name
 * @throws Error if a reading is missing or is not the name of the flow
 */
export function checkReadings(text: string, version: number): string {
  const [, textVersion, name = '', prefix = '', list = ''] = /^(\d+) (([a-z]+)\d+): (.+)$/.exec(text.trim()) ?? [];
  const expected = STEPS[prefix]?.map((step) => `${step} ${name}`).join(', ');
  if (list !== expected || textVersion !== String(version)) {
    throw new Error(`A flow of version ${version} has read:\n  ${text}\nexpected:\n  ${expected}`);
  }
  return name;
}

/** Repeats an evaluation until its value is true. While a page is being loaded, evaluations fail. */
async function waitFor(page: Page, condition: string): Promise<void> {
  const deadline = Date.now() + TIME_LIMIT_MS;
  for (;;) {
    const value = await page.evaluate(condition).catch((error: unknown) => error);
    if (value === true) return;
    if (Date.now() > deadline) {
      const text = await page.evaluate('document.body.innerText').catch(String);
      const messages = page.consoleMessages().map(({ text }) => text);
      throw new Error(`${condition} is ${value}. The page:\n${text}\nIts console:\n${messages.join('\n')}`);
    }
    await delay(50);
  }
}

/** Requests the page. @returns what the server has rendered */
async function requestRendered(origin: string): Promise<string> {
  const html = await (await fetch(origin)).text();
  const [, rendered = html] = /<p[^>]*>([^<]+)<\/p>/.exec(html) ?? [];
  return rendered;
}

/** Requests the page several times at once, and checks what the server has rendered. */
async function checkRenderedPages(origin: string, version: number): Promise<void> {
  for (const rendered of await Promise.all([1, 2, 3].map(() => requestRendered(origin)))) {
    checkReadings(rendered, version);
  }
}

/**
 * Waits until the server renders the page with the program of a version, and its API runs it. After an edit, development
 * servers update the page before they have replaced their own program; Nuxt closes the requests that run then.
 */
async function waitForServer(origin: string, api: string, version: number): Promise<void> {
  const isVersion = (text: string) => text.startsWith(`${version} `);
  const deadline = Date.now() + TIME_LIMIT_MS;
  for (;;) {
    const requests = [requestRendered(origin), fetch(new URL(api, origin)).then((response) => response.text())];
    const texts = await Promise.all(requests.map((request) => request.catch(String)));
    if (texts.every(isVersion)) return;
    if (Date.now() > deadline) {
      throw new Error(`The server does not run version ${version}. The page and the API:\n${texts.join('\n')}`);
    }
    await delay(50);
  }
}

/** Starts flows that overlap, with events of user code and with a click of the user, and checks what they read. */
async function checkFlows(page: Page, version: number): Promise<void> {
  await waitFor(page, IS_READY);
  const items = `[...document.querySelectorAll('li')].map(({ textContent }) => textContent)`;
  const before = (await page.evaluate(items)) as string[];
  await page.evaluate(`for (let i = 1; i < ${FLOW_COUNT}; i++) document.querySelector('button').click()`);
  await page.click('button');
  const count = before.length + 3 * FLOW_COUNT;
  await waitFor(page, `document.querySelectorAll('li').length >= ${count}`);
  const texts = ((await page.evaluate(items)) as string[]).slice(before.length);
  const names = new Set(texts.map((text) => checkReadings(text, version)));
  if (names.size !== 3 * FLOW_COUNT) throw new Error(`There must be ${3 * FLOW_COUNT} flows:\n${texts.join('\n')}`);
}

/** Overwrites a file with a text of the same length, so that a server that reads it meanwhile never finds it empty. */
async function overwrite(file: string, text: string): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.write(text, 0);
}

function checkConsole(page: Page): void {
  const errors = page
    .consoleMessages()
    .filter(({ type, text }) => type === 'error' || (type === 'warn' && /hydrat/i.test(text)));
  if (errors.length > 0) throw new Error(`The console has:\n${errors.map(({ text }) => text).join('\n')}`);
}

/** Where the commands of an application run. */
interface Environment {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Opens the page and completes a flow in it, so that the server has loaded everything. Development servers compile what a
 * page, an API or an action needs when it is first requested. If Vite's finds a dependency then, it bundles it, fails the
 * requests of the page, and has the page loaded again: without the mark, and without the results of the flow.
 */
async function warmUp(browser: Browser, origin: string): Promise<void> {
  const page = await browser.openPage(origin);
  try {
    for (let isComplete = false; !isComplete; ) {
      await waitFor(page, IS_READY);
      const start = `globalThis.isWarm = true; document.querySelector('button').click()`;
      // An evaluation fails if the page is loaded again meanwhile.
      await page.evaluate(start).catch(() => undefined);
      await waitFor(page, `globalThis.isWarm !== true || document.querySelectorAll('li').length >= 3`);
      isComplete = (await page.evaluate('globalThis.isWarm').catch(() => false)) === true;
    }
  } finally {
    await page.close();
  }
}

/** Runs a server of the application while a test uses it in a page. */
async function withPage(
  { folder, env }: Environment,
  command: (port: number) => Command,
  test: (page: Page, origin: string) => Promise<void>,
): Promise<void> {
  const port = await findFreePort();
  const origin = `http://localhost:${port}/`;
  const [path, ...args] = command(port);
  const probe = async () => {
    const { status } = await fetch(origin);
    if (status !== 200) throw new Error(`The page has the status ${status}.`);
  };
  await using _server = await startTestServer({
    url: origin,
    port,
    path,
    args,
    probe,
    cwd: folder,
    env: { ...env, PORT: String(port) },
    startTimeoutMs: TIME_LIMIT_MS,
  });
  const browser = await openBrowser('chromium');
  try {
    await warmUp(browser, origin);
    await test(await browser.openPage(origin), origin);
  } finally {
    await browser.close();
  }
}

/**
 * Opens both servers of an application.
 * @throws Error if a flow has read another value than its own, if the page has an error in its console, or if an edit
 *   does not reach the page
 */
export async function runApp(app: App, environment: Environment): Promise<void> {
  await withPage(environment, app.start, async (page, origin) => {
    await checkRenderedPages(origin, 1);
    checkReadings(String(await page.evaluate(`document.querySelector('p').textContent`)), 1);
    await checkFlows(page, 1);
    checkConsole(page);
  });
  await withPage(environment, app.develop, async (page, origin) => {
    await checkRenderedPages(origin, 1);
    await checkFlows(page, 1);
    await page.evaluate('globalThis.isFirstPage = true');
    const file = join(environment.folder, app.program);
    await overwrite(file, (await readFile(file, 'utf8')).replace('VERSION = 1', 'VERSION = 2'));
    await waitFor(page, `document.querySelector('h1')?.textContent === 'Version 2'`);
    const isFirstPage = (await page.evaluate('globalThis.isFirstPage === true')) as boolean;
    if (isFirstPage !== app.isUpdatedInPlace) {
      throw new Error(`The page was ${isFirstPage ? 'updated in place' : 'loaded again'} after an edit.`);
    }
    await waitForServer(origin, app.api, 2);
    await checkFlows(page, 2);
    await checkRenderedPages(origin, 2);
    checkConsole(page);
  });
}
