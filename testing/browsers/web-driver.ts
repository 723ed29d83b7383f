/**
 * The little of the WebDriver protocol that a page needs, over HTTP. The libraries for it bring dozens of packages and ask
 * for Node 22; these are seven requests.
 */
import type { Page } from './browser.js';

/** How long a request may take: the page's own limits are shorter. */
const LIMIT_MS = 60_000;

/** The name that the protocol gives to the reference of an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export interface Session extends Page {
  readonly version: string;
  go(url: string): Promise<void>;
}

interface Answer {
  readonly value: unknown;
}

/**
 * @param origin of the driver
 * @param limit of the time that the driver may take to begin, in milliseconds
 */
export async function startSession(origin: string, capabilities: object, limit: number): Promise<Session> {
  const wanted = {
    capabilities: { alwaysMatch: { ...capabilities, timeouts: { script: LIMIT_MS, pageLoad: LIMIT_MS } } },
  };
  const created = (await send(`${origin}/session`, 'POST', wanted, limit)) as {
    sessionId: string;
    capabilities: { browserVersion?: string };
  };
  const url = `${origin}/session/${created.sessionId}`;

  return {
    version: created.capabilities.browserVersion ?? 'unknown',
    async go(to) {
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
      const found = (await send(`${url}/element`, 'POST', { using: 'css selector', value: selector })) as {
        [ELEMENT]: string;
      };
      await send(`${url}/element/${found[ELEMENT]}/click`, 'POST', {});
    },
    async screenshot() {
      return Buffer.from((await send(`${url}/screenshot`, 'GET')) as string, 'base64');
    },
    async close() {
      await send(url, 'DELETE');
    },
  };
}

async function send(url: string, method: string, body?: object, limit = LIMIT_MS): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(limit),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { value } = (await response.json()) as Answer;
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`WebDriver ${method} ${new URL(url).pathname}: ${error}: ${message}`);
}
