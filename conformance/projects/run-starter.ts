/**
 * Uses a starter as two users do who order at once: Ada a book, and Bob a lamp. A server must respond to each with the
 * item of that user, and each line of its log must have the id of its request and its user. In a page, each line must
 * have the user who ordered its item. The steps of both must alternate, which proves that they ran at the same time.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { openBrowser, type Page } from '@throughline/testing/browsers';
import { findFreePort, startTestServer, type TestServer } from '@throughline/testing/processes';
import type { Project, Starter, StarterServer } from './project.js';
import { scriptCommand } from './starter-files.js';

const USERS = [
  { name: 'Ada', item: 'book', button: '#ada' },
  { name: 'Bob', item: 'lamp', button: '#bob' },
] as const;

/** The time that a server or a page may take. Development servers compile a page when it is first requested. */
const TIME_LIMIT_MS = 240_000;

/** On a busy machine, the second user may come too late for the steps to alternate. */
const MAX_ATTEMPTS = 10;

/** Where the starter was created. */
interface Environment {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  environmentFor(node: NonNullable<Project['node']>): Promise<NodeJS.ProcessEnv>;
}

/** The response to an order, and the lines that the server has logged for its request. */
export interface OrderResult {
  readonly name: string;
  readonly item: string;
  readonly id: string | null;
  readonly body: string;
}

/**
 * Checks the responses to two orders, and the log of their server.
 * @returns whether the requests were handled at the same time
 * @throws Error if a response or a line has another user than its own, or if a line is missing
 */
export function checkOrders(results: readonly OrderResult[], output: string): boolean {
  const lines = output.split('\n');
  const positions = results.map(({ name, item, id, body }) => {
    if (body.trim() !== `${item} for ${name}`) throw new Error(`The response to ${name} must be for ${name}: ${body}`);
    if (id === null || id === '') throw new Error(`The response to ${name} has no header x-request-id.`);
    const own = lines.flatMap((line, index) => (line.includes(id) ? [{ line, index }] : []));
    const isRight = ['ordered', 'packed'].every(
      (step, index) => own[index]?.line.includes(`${item} ${step}`) && own[index]?.line.includes(name),
    );
    if (!isRight || own.length !== 2) {
      throw new Error(`The log must have two lines of ${name} with the id ${id}, and has:\n${lines.join('\n')}`);
    }
    return own.map(({ index }) => index);
  });
  return areAlternating(positions);
}

/**
 * Checks the lines of a page.
 * @returns whether both flows ran at the same time
 * @throws Error if a line has another user than the one who ordered its item
 */
export function checkLines(lines: readonly string[]): boolean {
  const positions = USERS.map(({ name, item }) => {
    const own = lines.flatMap((line, index) => (line.split(' ')[1] === item ? [index] : []));
    const isRight = own.every((index) => {
      const [, lineName, otherName = name] = /^(\w+): \w+ (?:for (\w+)|\w+(?: \d+)?)$/.exec(lines[index] ?? '') ?? [];
      return lineName === name && otherName === name;
    });
    const [first = -1, last = -1] = [own[0], own.at(-1)];
    if (!isRight || !lines[first]?.endsWith('ordered') || !lines[last]?.endsWith('packed')) {
      throw new Error(
        `All lines of the ${item} must be those of ${name}, from ordered to packed:\n${lines.join('\n')}`,
      );
    }
    return own;
  });
  if (positions.flat().length !== lines.length) throw new Error(`A line belongs to no order:\n${lines.join('\n')}`);
  return areAlternating(positions);
}

/** Whether each sequence begins before the other ends. */
function areAlternating(sequences: readonly (readonly number[])[]): boolean {
  const lastStart = Math.max(...sequences.map((sequence) => sequence[0] ?? 0));
  return lastStart < Math.min(...sequences.map((sequence) => sequence.at(-1) ?? 0));
}

/** Repeats a check until the users were served at the same time. */
async function untilAlternating(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) if (await check()) return;
  throw new Error(`The steps of two users did not alternate in ${MAX_ATTEMPTS} attempts.`);
}

function orderUrl(origin: string, api: string, { name, item }: { name: string; item: string }): URL {
  const url = new URL(api, origin);
  url.search = String(new URLSearchParams({ user: name, item }));
  return url;
}

async function sendOrders(server: TestServer, api: string): Promise<boolean> {
  const results = await Promise.all(
    USERS.map(async (user) => {
      const response = await fetch(orderUrl(server.url, api, user));
      return { ...user, id: response.headers.get('x-request-id'), body: await response.text() };
    }),
  );
  const ids = results.map(({ id }) => `${id}`);
  // What the server prints arrives through a pipe.
  const isComplete = () => ids.every((id) => server.output.split(id).length > 2);
  for (let count = 0; count < 100 && !isComplete(); count++) await delay(20);
  return checkOrders(results, server.output);
}

const readLines = `[...document.querySelectorAll('li')].map(({ textContent }) => textContent)`;

/** Repeats an evaluation until its value is true. While a page is being loaded, evaluations fail. */
async function waitFor(page: Page, condition: string): Promise<void> {
  const deadline = Date.now() + TIME_LIMIT_MS;
  while ((await page.evaluate(condition).catch(() => false)) !== true) {
    if (Date.now() > deadline) {
      const text = await page.evaluate('document.body.innerText').catch(String);
      const messages = page.consoleMessages().map(({ text }) => text);
      throw new Error(`${condition} is not true. The page:\n${text}\nIts console:\n${messages.join('\n')}`);
    }
    await delay(50);
  }
}

const IS_READY = `document.querySelector('#bob')?.disabled === false`;

/** A list with as many orders. */
const hasOrders = (count: number) => `${readLines}.filter((line) => line.endsWith('packed')).length >= ${count}`;

async function clickBoth(page: Page): Promise<boolean> {
  const before = (await page.evaluate(readLines)) as string[];
  for (const { button } of USERS) await page.click(button);
  await waitFor(page, hasOrders(before.filter((line) => line.endsWith('packed')).length + USERS.length));
  const lines = (await page.evaluate(readLines)) as string[];
  return checkLines(lines.slice(before.length));
}

/** Completes an order in a page of its own. If Vite finds a dependency then, it loads the page again. */
async function warmUp(page: Page): Promise<void> {
  for (let isComplete = false; !isComplete; ) {
    await waitFor(page, IS_READY);
    await page.evaluate(`globalThis.isWarm = true; document.querySelector('#ada').click()`).catch(() => undefined);
    await waitFor(page, `globalThis.isWarm !== true || ${hasOrders(1)}`);
    isComplete = (await page.evaluate('globalThis.isWarm === true').catch(() => false)) === true;
  }
}

/** Opens a page in Chromium, and clicks both buttons. */
async function checkPage(url: string, isDeveloped: boolean): Promise<void> {
  const browser = await openBrowser('chromium');
  try {
    if (isDeveloped) await warmUp(await browser.openPage(url));
    const page = await browser.openPage(url);
    // An application that the server renders has listeners later than it has buttons.
    await waitFor(page, IS_READY);
    await untilAlternating(() => clickBoth(page));
    const errors = page.consoleMessages().filter(({ type }) => type === 'error');
    if (errors.length > 0) throw new Error(`The console has:\n${errors.map(({ text }) => text).join('\n')}`);
  } finally {
    await browser.close();
  }
}

/** Starts a server of a starter with one version of Node, and uses it. */
async function checkServer(
  starter: Starter,
  { script, args, hasPage }: StarterServer,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { api } = starter;
  const [runner, ...runnerArgs] = scriptCommand(starter, script);
  const port = await findFreePort();
  const origin = `http://localhost:${port}/`;
  const probe = async () => {
    const { status } = await fetch(hasPage || api === undefined ? origin : orderUrl(origin, api, USERS[0]));
    if (status !== 200) throw new Error(`The status is ${status}.`);
  };
  const ownArgs = args?.(port) ?? [];
  const separator = runner === 'npm' && ownArgs.length > 0 ? ['--'] : [];
  await using server = await startTestServer({
    url: origin,
    port,
    path: runner,
    args: [...runnerArgs, ...separator, ...ownArgs],
    probe,
    cwd: folder,
    env: { ...env, PORT: String(port) },
    startTimeoutMs: TIME_LIMIT_MS,
  });
  try {
    if (api !== undefined) {
      // The first request may have to wait until the server has loaded everything.
      await fetch(orderUrl(origin, api, USERS[0]));
      await untilAlternating(() => sendOrders(server, api));
    }
    if (hasPage) await checkPage(origin, script === 'dev');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\nThe server has printed:\n${server.output}`, { cause: error });
  }
}

/**
 * Uses the servers and the page of a starter whose scripts have built it.
 * @throws Error with what went wrong, and where
 */
export async function runStarter(starter: Starter, { folder, env, environmentFor }: Environment): Promise<void> {
  const { file, servers = [] } = starter;
  if (file !== undefined) await checkPage(String(pathToFileURL(join(folder, file))), false);
  for (const server of servers) {
    for (const node of server.nodes ?? [undefined]) {
      try {
        await checkServer(starter, server, folder, node === undefined ? env : await environmentFor(node));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`The script ${server.script}${node === undefined ? '' : ` on ${node}`}: ${reason}`, {
          cause: error,
        });
      }
    }
  }
}
