/** Messages of pages and workers, `fetch` and WebSocket, in real browsers, with the transform and without it. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { receive, send } from '@throughline/propagation/websocket';
import {
  type Browser,
  browserNames,
  MissingBrowser,
  openBrowser,
  type Page,
  type PageServer,
  startPageServer,
} from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';
import { WebSocketServer } from 'ws';
import { user } from './pages/page-values.js';

const modes = ['transform', 'interception'] as const;
const scripts = [
  'message-page',
  'message-worker',
  'message-service-worker',
  'message-shared-worker',
  'message-frame',
  'comlink-worker',
];

async function bundle(name: string, mode: (typeof modes)[number]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`pages/${name}.js`, import.meta.url))],
    bundle: true,
    write: false,
    // Firefox has no service workers that are modules before version 147.
    format: name === 'message-service-worker' ? 'iife' : 'esm',
    platform: 'browser',
    plugins: mode === 'transform' ? [throughline()] : [],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** A server that pages of every origin may send requests to, and that remembers the baggage of each. */
async function startCorsServer(): Promise<{ origin: string; requests: string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
    requests.push(`${request.method} ${pathname} ${request.headers.baggage ?? '-'}`);
    const to = searchParams.get('to');
    if (to === null) response.end('end');
    else response.writeHead(307, { location: to }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Both users in turns, and a message without an envelope. */
const EXCHANGED = [
  ['ada', 'ada'],
  ['bob', 'bob'],
  [null, null],
];

describe('in browsers', () => {
  let own: PageServer;
  let other: PageServer;
  let sockets: WebSocketServer;

  before(async () => {
    [own, other] = await Promise.all([startPageServer(), startPageServer()]);
    for (const mode of modes) {
      for (const name of scripts) {
        const code = await bundle(name, mode);
        const html = `<!doctype html><meta charset="utf-8"><body><script type="module" src="/${name}/${mode}.js"></script>`;
        for (const server of [own, other]) {
          server.add(`/${name}/${mode}.js`, code);
          server.add(`/${name}/${mode}`, html);
        }
      }
    }
    sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    sockets.on('connection', (socket) => {
      const respond = async (data: unknown) => {
        await undefined;
        const content = typeof data === 'string' ? data : [...new Uint8Array(data as Buffer)];
        send(socket, JSON.stringify({ content, user: user.get() }));
      };
      receive(socket, respond, { trust: true });
    });
  });
  after(async () => {
    sockets.close();
    for (const socket of sockets.clients) socket.terminate();
    await Promise.all([own.close(), other.close()]);
  });

  for (const name of browserNames) {
    describe(name, () => {
      let browser: Browser | undefined;
      let missing: string | undefined;

      before(async () => {
        try {
          browser = await openBrowser(name);
        } catch (error) {
          if (!(error instanceof MissingBrowser)) throw error;
          missing = error.message;
        }
      });
      after(() => browser?.close());

      for (const mode of modes) {
        describe(`with ${mode}`, () => {
          let page: Page | undefined;

          before(async () => {
            page = await browser?.openPage(`${own.origin}/message-page/${mode}`);
          });
          after(() => page?.close());

          async function run(test: TestContext, title: string, ...args: string[]): Promise<unknown> {
            if (page === undefined) {
              test.skip(missing);
              return undefined;
            }
            const result = await page.evaluate(
              `Promise.resolve(runPageTest(${[title, ...args].map((argument) => JSON.stringify(argument)).join(', ')}))
                .then((value) => JSON.stringify(value ?? null))`,
            );
            const value: unknown = JSON.parse(`${result}`);
            if (value === 'missing') test.skip(`${name} does not have it`);
            return value === 'missing' ? undefined : value;
          }

          async function expect(test: TestContext, expected: unknown, title: string, ...args: string[]): Promise<void> {
            const value = await run(test, title, ...args);
            if (value !== undefined) assert.deepEqual(value, expected);
          }

          it('a worker', (test) => expect(test, EXCHANGED, 'worker'));
          it('50 flows and one worker', (test) => expect(test, 0, 'manyFlows'));
          it('a port in a worker, which is believed only if it is trusted', (test) =>
            expect(test, [EXCHANGED, EXCHANGED.map(() => [null, null])], 'transferredPort'));
          it('a buffer that is transferred', (test) => expect(test, [0, 8], 'transferredBuffer'));
          it('a broadcast channel', (test) => expect(test, ['ada', 'ada'], 'broadcastChannel'));
          it('a shared worker', (test) => expect(test, EXCHANGED, 'sharedWorker'));
          it('a service worker', (test) => expect(test, EXCHANGED, 'serviceWorker'));
          it('a frame of the own origin', (test) => expect(test, EXCHANGED, 'frameOfOwnOrigin'));
          it('a frame of another origin gets values only if it is listed, and each side believes whom it lists', (test) =>
            expect(
              test,
              [
                [null, [], null],
                [null, ['baggage'], null],
                [null, [], null],
                ['ada', ['baggage'], null],
                ['ada', ['baggage'], 'ada'],
              ],
              'frameOfOtherOrigin',
              other.origin,
            ));
          it('a message to any origin carries nothing', (test) => expect(test, [], 'anyTargetOrigin', other.origin));
          it('an envelope that another origin has forged is not believed', (test) =>
            expect(test, [null, 'forged'], 'forgedEnvelope', other.origin));
          it('Comlink', (test) =>
            expect(
              test,
              [
                [
                  ['ada', 'ada'],
                  ['bob', 'bob'],
                ],
                'expected',
                0,
                8,
              ],
              'comlink',
            ));

          it('a WebSocket', (test) => {
            const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/`;
            return expect(
              test,
              [
                [{ content: 'text', user: 'ada' }, 'ada'],
                [{ content: [1, 2, 3], user: 'bob' }, 'bob'],
              ],
              'webSocket',
              url,
            );
          });

          it('a redirect does not take values elsewhere', async (test) => {
            const [from, to] = await Promise.all([startCorsServer(), startCorsServer()]);
            try {
              const message = 'A POST request that carries values was redirected. A browser'.slice(0, 50);
              await expect(test, [`${to.origin}/end`, message, 200], 'redirectedFetch', from.origin, to.origin);
              if (page === undefined) return;
              assert.deepEqual(from.requests, [
                'GET /redirect user=ada',
                'GET /redirect -',
                'POST /redirect user=ada',
                'POST /direct user=ada',
              ]);
              assert.deepEqual(to.requests, ['GET /end -']);
            } finally {
              await Promise.all([from.close(), to.close()]);
            }
          });
        });
      }
    });
  }
});

it('the modules that pages load need no module of Node', async () => {
  for (const name of [
    'fetch',
    'post-message',
    'comlink',
    'websocket',
    'socket-io',
    'incoming',
    'croner',
    'node-cron',
  ]) {
    const { metafile } = await build({
      stdin: {
        contents: `export * from '@throughline/propagation/${name}'`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'esm',
      logLevel: 'error',
    });
    const inputs = Object.keys(metafile.inputs);
    assert.ok(
      inputs.some((file) => file.includes('packages/propagation/lib/esm')),
      name,
    );
    assert.deepEqual(
      inputs.filter((file) => file.startsWith('node:')),
      [],
      name,
    );
  }
});
