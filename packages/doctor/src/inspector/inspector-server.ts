/** Serves the page of the inspector on the loopback interface. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { collectGarbage } from '../runtime/collect-garbage.js';
import { ignoreTasksOf } from '../runtime/flow-ends.js';
import { formatSnapshot, TEXT_LIMITS } from './dump-flows.js';
import { parseFilter } from './flow-filter.js';
import { isRecordingWaits } from './flow-registry.js';
import { FlowStream, MAXIMUM_PAGES } from './flow-stream.js';
import { checkRequest, createToken } from './request-guard.js';
import { takeSnapshot } from './take-snapshot.js';
import { traceOf } from './trace-events.js';

const HOST = '127.0.0.1';

/** Written by scripts/bundle.mjs. */
const ASSETS = new URL('../../lib/inspector/', import.meta.url);
const MODULES = new URL('../../dist/inspector/', import.meta.url);

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** All files that are served, by their path. */
const FILES: ReadonlyMap<string, readonly [file: URL, type: string]> = new Map([
  ['/', [new URL('index.html', ASSETS), 'text/html; charset=utf-8']],
  ['/icon.svg', [new URL('icon.svg', ASSETS), 'image/svg+xml']],
  ['/design.css', [new URL('design.css', ASSETS), CSS]],
  ['/inspector.css', [new URL('inspector.css', ASSETS), CSS]],
  ...[
    'flow-filter.js',
    'snapshot.js',
    'wait-kinds.js',
    'page/color-scheme.js',
    'page/elements.js',
    'page/filter-form.js',
    'page/finding-list.js',
    'page/flow-details.js',
    'page/flow-list.js',
    'page/live-flows.js',
    'page/main.js',
    'page/texts.js',
  ].map((path): [string, [URL, string]] => [`/${path}`, [new URL(path, MODULES), SCRIPT]]),
]);

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'none'; " +
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export interface InspectorServer {
  /** The address of the page, with the token. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0 lets the system choose one */
export async function startInspectorServer(port: number): Promise<InspectorServer> {
  const token = createToken();
  const stream = new FlowStream();
  const server = createServer((request, response) => {
    respond(request, response, token, address.port, stream).catch(() => response.destroy());
  });
  // The page does not keep the process alive.
  server.unref();
  server.on('connection', (socket: Socket) => socket.unref());
  // An open page is not the task of a flow.
  ignoreTasksOf(server);
  const address = await listen(server, port);
  return {
    url: `http://${HOST}:${address.port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        stream.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Workers of node:cluster would otherwise share the port, and would receive each other's requests.
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server.address() as AddressInfo));
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  port: number,
  stream: FlowStream,
): Promise<void> {
  const path = checkRequest(request, token, port);
  if (typeof path !== 'string') return send(response, path.status, 'text/plain; charset=utf-8', `${path.reason}\n`);
  const { pathname, searchParams } = new URL(path, 'http://page');
  const file = FILES.get(pathname);
  if (path === '') {
    response.writeHead(308, { ...HEADERS, location: `/${token}/` }).end();
  } else if (file !== undefined) {
    const [url, type] = file;
    send(response, 200, type, await readFile(url));
  } else if (pathname === '/events') {
    sendEvents(response, searchParams, stream);
  } else if (pathname === '/trace.json') {
    const trace = JSON.stringify(traceOf(takeSnapshot(parseFilter(searchParams), TEXT_LIMITS)));
    response.setHeader('content-disposition', `attachment; filename="flows-${process.pid}.json"`);
    send(response, 200, 'application/json', trace);
  } else if (pathname === '/flows.txt') {
    const text = formatSnapshot(takeSnapshot(parseFilter(searchParams), TEXT_LIMITS));
    send(response, 200, 'text/plain; charset=utf-8', text);
  } else {
    send(response, 404, 'text/plain; charset=utf-8', 'There is no such page.\n');
  }
}

function sendEvents(response: ServerResponse, parameters: URLSearchParams, stream: FlowStream): void {
  // Flows that were opened while waits were not recorded are live until they have been collected.
  if (!isRecordingWaits()) collectGarbage();
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  response.setHeader('content-type', 'text/event-stream');
  if (stream.add(response, parameters)) return;
  send(response, 503, 'text/plain; charset=utf-8', `${MAXIMUM_PAGES} pages are open already. Close one of them.\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type }).end(body);
}
