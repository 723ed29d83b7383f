/** Serves a built site as a host does: `/request` is `request.html`, and a missing page is `404.html`. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

export interface SiteServer {
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * @param folder the folder with the built site
 * @param options.base the path under which it was built to be served; default: `/`
 * @param options.port default: a free one
 */
export async function startSiteServer(folder: string, { base = '/', port = 0 } = {}): Promise<SiteServer> {
  async function respond({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    // Not parsed as a URL: a path such as `//` is none.
    const [path = '/'] = url.split(/[?#]/);
    const found = path.startsWith(base) ? await findFile(folder, path.slice(base.length)) : undefined;
    if (found !== undefined) {
      // The name of such a file changes with its content.
      const caching = path.startsWith(`${base}assets/`) ? 'max-age=31536000, immutable' : 'no-cache';
      response.writeHead(200, { 'content-type': found.type, 'cache-control': caching }).end(found.body);
      return;
    }
    const missing = await readFile(join(folder, '404.html'));
    response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' }).end(missing);
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // The address is a string only if the server listens on a path.
  const address = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @returns the file of a path without its first slash, or `undefined` if there is none */
async function findFile(folder: string, path: string): Promise<{ type: string; body: Uint8Array } | undefined> {
  const name = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  for (const candidate of extname(name) === '' ? [`${name}.html`] : [name, `${name}.html`]) {
    try {
      const file = join(folder, decodeURIComponent(candidate));
      if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return undefined;
      return { type: TYPES[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
    } catch {
      // The next candidate may exist. A path that cannot be decoded has no file.
    }
  }
  return undefined;
}
