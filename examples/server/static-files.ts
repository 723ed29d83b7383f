/** Serves the files that pages consist of: the built browser examples, the shared design, and the page's own script. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';

/** Folders, by their path on a server. A path within another one comes before it. */
export type StaticFolders = Readonly<Record<string, URL>>;

/** The folders of this server. The URLs are relative to examples/server/dist. */
const ownFolders: StaticFolders = {
  '/browser/': new URL('../../browser/dist/pages/', import.meta.url),
  '/tracing/': new URL('../../tracing/dist/pages/', import.meta.url),
  '/design/': new URL('../../design/', import.meta.url),
  '/page/': new URL('../page/', import.meta.url),
};

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The pages load nothing from other origins. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:";

/**
 * Sends the file that belongs to a path.
 * @param folders default: those of this server
 * @returns false, without a response, if there is no such file
 */
export async function sendStaticFile(
  path: string,
  response: ServerResponse,
  folders: StaticFolders = ownFolders,
): Promise<boolean> {
  if (Object.hasOwn(folders, `${path}/`)) {
    response.writeHead(308, { location: `${path}/` }).end();
    return true;
  }
  const file = fileOf(path, folders);
  if (file === undefined) return false;
  // A file that cannot be read counts as missing.
  const body = await readFile(file).catch(() => undefined);
  if (body === undefined) return false;
  response.writeHead(200, {
    'content-type': contentTypes[extname(file.pathname)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy,
  });
  response.end(body);
  return true;
}

function fileOf(path: string, folders: StaticFolders): URL | undefined {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const file = new URL(`./${path.slice(prefix.length)}${path.endsWith('/') ? 'index.html' : ''}`, folder);
    // The path may contain `..` segments that lead out of the folder.
    return file.href.startsWith(folder.href) ? file : undefined;
  }
  return undefined;
}
