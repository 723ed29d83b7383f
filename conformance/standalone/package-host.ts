/**
 * A server that has the files of the packed package `throughline` under the paths of a CDN, and pages of another origin
 * that load them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';

/** The folder of the package. */
export const packageFolder: string = dirname(createRequire(import.meta.url).resolve('throughline/package.json'));

/** The paths of the files that the tarball of the package contains, relative to its folder. */
export const packedFiles: readonly string[] = listPackedFiles();

const version: string = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version;

/** How long a page may take until it has printed all lines, in milliseconds. */
const TIME_LIMIT = 20_000;

export interface PackageHost {
  /** The URL of a file of the package, given the beginning of its path in the package. */
  url(file: string): string;
  /** The server of the pages. */
  readonly server: PageServer;
  /**
   * Opens a page and returns the first lines that its scripts print with `console.log`.
   *
   * @param html the page, which begins with `<!doctype html>`; a URL of unpkg.com in it leads to the package
   * @param lineCount the number of lines to wait for
   * @throws {Error} if the page prints fewer lines, with what it has printed; if a script fails, with its error
   */
  printedLines(html: string, lineCount: number): Promise<readonly string[]>;
  /** Adds a file next to the pages. URLs of unpkg.com in it lead to the package. */
  add(path: string, text: string): void;
  close(): Promise<void>;
}

/** Starts Chromium and both servers. */
export async function startPackageHost(): Promise<PackageHost> {
  const [cdn, server] = await Promise.all([startPageServer(), startPageServer()]);
  for (const file of packedFiles) cdn.add(`/throughline@${version}/${file}`, readFileSync(join(packageFolder, file)));
  const browser: Browser = await openBrowser('chromium');
  const withOrigin = (text: string) => text.replaceAll('https://unpkg.com', cdn.origin);
  let pageCount = 0;
  return {
    server,
    url: (file) => `${cdn.origin}/throughline@${version}/${file}`,
    add: (path, text) => server.add(path, withOrigin(text)),
    async printedLines(html, lineCount) {
      const channel = server.createChannel();
      const path = `/page-${++pageCount}`;
      server.add(`${path}.js`, recordLines(channel.path, lineCount));
      server.add(path, withOrigin(html).replace(/^<!doctype html>\n/, `$&<script src="${path}.js"></script>\n`));
      const page = await browser.openPage(`${server.origin}${path}`);
      try {
        const message = (await channel.next(TIME_LIMIT).catch(async () => ({
          error: `The page has printed only ${JSON.stringify(await page.evaluate('printedLines'))}.`,
        }))) as readonly string[] | { readonly error: string };
        if ('error' in message) throw new Error(message.error);
        return message;
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      await server.close();
      await cdn.close();
    },
  };
}

/** Returns a script that sends the lines, or the first error, before any code of the page can replace `fetch`. */
function recordLines(channel: string, lineCount: number): string {
  return `{
    const { fetch } = window;
    const send = (value) => fetch('${channel}', { method: 'POST', body: JSON.stringify(value) });
    const printedLines = [];
    Object.defineProperty(window, 'printedLines', { value: printedLines });
    console.log = (...values) => {
      printedLines.push(values.map(String).join(' '));
      if (printedLines.length === ${lineCount}) send(printedLines);
    };
    addEventListener('error', ({ message, target }) => {
      send({ error: message ?? \`\${target.src} cannot be loaded\` });
    }, true);
    addEventListener('unhandledrejection', ({ reason }) => send({ error: String(reason) }));
  }`;
}

function listPackedFiles(): string[] {
  const args = ['pack', packageFolder, '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const printed = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as object;
  // npm 12 prints an object with a key for each package, earlier versions an array.
  const [{ files }] = Object.values(printed) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}
