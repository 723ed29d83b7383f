/**
 * An HTTP server for test pages. It serves the content that was added to it, receives values that pages send, and has a
 * resource for each kind of event that a page can wait for. Each of these accepts `?after=MS`, which delays the
 * response by that many milliseconds:
 *
 *     /text.txt     the word "text", for any method
 *     /image.png    an image of one pixel
 *     /script.js    a script that increments `globalThis.scriptRuns`
 *     /style.css    a style sheet
 *     /events       an event stream: the message "1", then the event "tick" with "2"; open until the page closes it
 *     /socket       a WebSocket: sends "hello", echoes every message, and closes after it has echoed "close"
 *     /worker.js    a worker that echoes every message, and throws after it has echoed "throw"
 *     /frame.html   a page that posts "hello" to its parent, and echoes every message
 *     /missing      404, with the word "missing"
 *
 * Every other path that was not added is a 404 too. Pages of any origin may read every response.
 */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { createChannel, type PageChannel } from './page-channel.js';
import { builtInContent, createContent, type PageContent } from './page-content.js';

export interface PageServer {
  readonly origin: string;
  /** Serves this path from now on. The path's extension determines the media type; without an extension it is HTML. */
  add(path: string, body: string | Uint8Array): void;
  /** Creates a path that pages POST JSON values to, and the queue of these values. */
  createChannel(): PageChannel;
  /** Closes every connection and stops the server. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port of 127.0.0.1.
 *
 * @param options.isolated whether its pages are cross-origin isolated, which provides the most precise clock that the
 * browser has; default: false
 */
export async function startPageServer({ isCrossOriginIsolated = false } = {}): Promise<PageServer> {
  const added = new Map<string, PageContent>();
  const receivers = new Map<string, (value: unknown) => void>();
  const closing = new AbortController();
  // Each delayed response adds a listener.
  setMaxListeners(0, closing.signal);
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'no-store',
    ...(isCrossOriginIsolated
      ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
      : {}),
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    const body = await bodyText(request);
    const receive = receivers.get(pathname);
    if (receive !== undefined && request.method === 'POST') {
      receive(JSON.parse(body));
      response.writeHead(204, headers).end();
      return;
    }
    await waitAsRequested(searchParams);
    if (pathname === '/events') {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      response.write('data: 1\n\nevent: tick\ndata: 2\n\n');
      return;
    }
    const content = added.get(pathname) ?? builtInContent[pathname];
    if (content === undefined) response.writeHead(404, { ...headers, 'content-type': 'text/plain' }).end('missing');
    else response.writeHead(200, { ...headers, 'content-type': content.type }).end(content.body);
  }

  async function waitAsRequested(query: URLSearchParams): Promise<void> {
    const ms = Number(query.get('after') ?? 0);
    if (ms > 0) await delay(ms, undefined, { signal: closing.signal });
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      // If the page has gone away or the server is closing, the response has no reader.
      if (response.headersSent || closing.signal.aborted) response.destroy();
      else response.writeHead(500, { ...headers, 'content-type': 'text/plain' }).end(String(error));
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', async (request: IncomingMessage, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
    socket.on('error', () => socket.destroy());
    try {
      if (pathname !== '/socket') throw new Error('This path has no WebSocket');
      await waitAsRequested(searchParams);
    } catch {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      webSocket.on('message', (data, isBinary) => {
        webSocket.send(data, { binary: isBinary });
        if (!isBinary && String(data) === 'close') webSocket.close(1000);
      });
      webSocket.send('hello');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // The address is a string only if the server listens on a path.
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    add(path, body) {
      added.set(path, createContent(path, body));
    },
    createChannel() {
      const channel = createChannel(`/channels/${receivers.size + 1}`);
      receivers.set(channel.path, channel.receive);
      return channel;
    },
    async close() {
      closing.abort();
      for (const webSocket of sockets.clients) webSocket.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
