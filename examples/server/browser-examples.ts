/** The pages of the browser examples, as Vite has built them. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';

/** By their paths on this server. The compiled server is in examples/server/dist. */
const folders: Readonly<Record<string, URL>> = {
  '/browser/': new URL('../../browser/dist/pages/', import.meta.url),
  '/tracing/': new URL('../../tracing/dist/pages/', import.meta.url),
};

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** The pages need nothing from elsewhere. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:";

/** Sends the file of this path; false where there is none. */
export async function sendBrowserExample(path: string, response: ServerResponse): Promise<boolean> {
  if (Object.hasOwn(folders, `${path}/`)) {
    response.writeHead(308, { location: `${path}/` }).end();
    return true;
  }
  const file = fileOf(path);
  if (file === undefined) return false;
  // Whatever cannot be read is not there.
  const body = await readFile(file).catch(() => undefined);
  if (body === undefined) return false;
  response.writeHead(200, {
    'content-type': types[extname(file.pathname)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
    'content-security-policy': policy,
  });
  response.end(body);
  return true;
}

function fileOf(path: string): URL | undefined {
  for (const [start, folder] of Object.entries(folders)) {
    if (!path.startsWith(start)) continue;
    const file = new URL(`./${path.slice(start.length)}${path.endsWith('/') ? 'index.html' : ''}`, folder);
    // Dots may have led out of the folder.
    return file.href.startsWith(folder.href) ? file : undefined;
  }
  return undefined;
}
