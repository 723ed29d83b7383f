/**
 * The server of the pages: what was added to it, a place to which pages tell their results, and a few answers for whatever
 * a page can wait for. All of these take `?after=MS`, and come that many milliseconds later:
 *
 *     /answer       the word "answer", to any method
 *     /image.png    an image of one pixel
 *     /script.js    a script that adds one to `globalThis.scriptRuns`
 *     /style.css    a style sheet
 *     /events       an event stream: the message "1", then the event "tick" with "2"; open until the page closes it
 *     /socket       a WebSocket: says "hello", gives every message back, and closes after giving back "close"
 *     /worker.js    a worker that gives every message back, and throws after giving back "throw"
 *     /frame.html   a page that posts "hello" to its parent, and gives every message back
 *     /missing      404, with the word "missing"
 *
 * Everything else that was not added is a 404 too. Pages of any origin may read it all.
 */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';

export interface Content {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** What a page POSTs as JSON to `path` comes out of `next`, in its order. */
export interface Channel {
  readonly path: string;
  /** Rejects where the page says nothing for that long. */
  next(limitMs: number): Promise<unknown>;
}

export interface PageServer {
  readonly origin: string;
  /** Answers this path from now on. The type is found by the path's ending; a path without one is HTML. */
  add(path: string, body: string | Uint8Array): void;
  channel(): Channel;
  /** Ends all answers that are under way. */
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
};

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const fixed: Readonly<Record<string, Content>> = {
  '/answer': { type: 'text/plain; charset=utf-8', body: 'answer' },
  '/image.png': { type: 'image/png', body: Buffer.from(pixel, 'base64') },
  '/script.js': withType('script.js', 'globalThis.scriptRuns = (globalThis.scriptRuns ?? 0) + 1;\n'),
  '/style.css': withType('style.css', '.styled { color: rgb(1, 2, 3); }\n'),
  '/worker.js': withType(
    'worker.js',
    `onmessage = ({ data }) => {
  postMessage(data);
  if (data === 'throw') throw new Error('The page asked for this');
};
`,
  ),
  '/frame.html': withType(
    'frame.html',
    `<!doctype html><title>Frame</title><script>
onmessage = ({ data, source }) => source.postMessage(data, '*');
parent.postMessage('hello', '*');
</script>
`,
  ),
};

function withType(path: string, body: string | Uint8Array): Content {
  const ending = /\.(\w+)$/.exec(path)?.[1] ?? 'html';
  return { type: types[ending] ?? 'application/octet-stream', body };
}

/**
 * @param options.isolated whether its pages are cross-origin isolated, which gives them the finest clock there is
 */
export async function startServer({ isolated = false } = {}): Promise<PageServer> {
  const added = new Map<string, Content>();
  const channels = new Map<string, (value: unknown) => void>();
  const ending = new AbortController();
  // Each answer that waits listens.
  setMaxListeners(0, ending.signal);
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'no-store',
    ...(isolated
      ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
      : {}),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    const body = await textOf(request);
    const receive = channels.get(pathname);
    if (receive !== undefined && request.method === 'POST') {
      receive(JSON.parse(body));
      response.writeHead(204, headers).end();
      return;
    }
    await delayed(searchParams);
    if (pathname === '/events') {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      response.write('data: 1\n\nevent: tick\ndata: 2\n\n');
      return;
    }
    const content = added.get(pathname) ?? fixed[pathname];
    if (content === undefined) response.writeHead(404, { ...headers, 'content-type': 'text/plain' }).end('missing');
    else response.writeHead(200, { ...headers, 'content-type': content.type }).end(content.body);
  }

  async function delayed(query: URLSearchParams): Promise<void> {
    const ms = Number(query.get('after') ?? 0);
    if (ms > 0) await delay(ms, undefined, { signal: ending.signal });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Where the page has gone, or the server ends, nobody waits for this answer any more.
      if (response.headersSent || ending.signal.aborted) response.destroy();
      else response.writeHead(500, { ...headers, 'content-type': 'text/plain' }).end(String(error));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', async (request: IncomingMessage, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    socket.on('error', () => socket.destroy());
    try {
      if (pathname !== '/socket') throw new Error('No WebSocket here');
      await delayed(searchParams);
    } catch {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('error', () => opened.terminate());
      opened.on('message', (data, isBinary) => {
        opened.send(data, { binary: isBinary });
        if (!isBinary && String(data) === 'close') opened.close(1000);
      });
      opened.send('hello');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // Only a server that listens on a path has a string for its address.
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    add(path, body) {
      added.set(path, withType(path, body));
    },
    channel() {
      const path = `/channels/${channels.size + 1}`;
      const { receive, next } = queue();
      channels.set(path, receive);
      return { path, next };
    },
    async close() {
      ending.abort();
      for (const opened of sockets.clients) opened.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** What comes in waits for who asks, and who asks waits for what comes in. */
function queue(): { receive: (value: unknown) => void; next: (limitMs: number) => Promise<unknown> } {
  const values: unknown[] = [];
  let wake = (): void => {};
  return {
    receive(value) {
      values.push(value);
      wake();
    },
    async next(limitMs) {
      const signal = AbortSignal.timeout(limitMs);
      while (values.length === 0) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          signal.addEventListener('abort', () => reject(new Error(`The page said nothing for ${limitMs} ms`)));
        });
      }
      return values.shift();
    },
  };
}
