/**
 * The part of the WebDriver protocol that a page needs, over HTTP. The libraries for the protocol depend on dozens of
 * packages and require Node 22; this file makes seven kinds of request.
 *
 * @see https://www.w3.org/TR/webdriver2/
 */
import type { Page } from './browser.js';

/** The time limit of a request. The limits that tests set within a page are shorter. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The property that holds the reference to an element, as the protocol defines it. */
const ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';

/** A browser window and its current page. Closing it ends the session. */
export interface WebDriverSession extends Omit<Page, 'press' | 'consoleMessages'> {
  readonly version: string;
  navigate(url: string): Promise<void>;
}

/**
 * Creates a session, which opens a window.
 *
 * @param origin the origin of the driver
 * @param capabilities the capabilities to request
 * @param timeoutMs the time in milliseconds that the driver may take to create the session
 * @throws {Error} if the driver reports an error or does not respond in time
 */
export async function startSession(origin: string, capabilities: object, timeoutMs: number): Promise<WebDriverSession> {
  const timeouts = { script: REQUEST_TIMEOUT_MS, pageLoad: REQUEST_TIMEOUT_MS };
  const body = { capabilities: { alwaysMatch: { ...capabilities, timeouts } } };
  const created = (await send(`${origin}/session`, 'POST', body, timeoutMs)) as {
    sessionId: string;
    capabilities: { browserVersion?: string };
  };
  const url = `${origin}/session/${created.sessionId}`;

  return {
    version: created.capabilities.browserVersion ?? 'unknown',
    async navigate(to) {
      await send(`${url}/url`, 'POST', { url: to });
    },
    async evaluate(expression) {
      const script = `const done = arguments[arguments.length - 1];
        (async () => (${expression}))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const result = (await send(`${url}/execute/async`, 'POST', { script, args: [] })) as {
        value?: unknown;
        error?: string;
      };
      if (result.error !== undefined) throw new Error(result.error);
      return result.value;
    },
    async click(selector) {
      const element = (await send(`${url}/element`, 'POST', { using: 'css selector', value: selector })) as {
        [ELEMENT_KEY]: string;
      };
      await send(`${url}/element/${element[ELEMENT_KEY]}/click`, 'POST', {});
    },
    async screenshot() {
      return Buffer.from((await send(`${url}/screenshot`, 'GET')) as string, 'base64');
    },
    async close() {
      await send(url, 'DELETE');
    },
  };
}

async function send(url: string, method: string, body?: object, timeoutMs = REQUEST_TIMEOUT_MS): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { value } = (await response.json()) as { readonly value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`WebDriver ${method} ${new URL(url).pathname}: ${error}: ${message}`);
}
