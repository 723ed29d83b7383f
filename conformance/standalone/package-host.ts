/**
 * A server that has the files of the packed package `throughline` under the paths of a CDN, and pages of another origin
 * that load them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type Browser,
  openBrowser,
  type PageServer,
  readPrintedLines,
  startPageServer,
} from '@throughline/testing/browsers';

/** The folder of the package. */
export const packageFolder: string = dirname(createRequire(import.meta.url).resolve('throughline/package.json'));

/** The paths of the files that the tarball of the package contains, relative to its folder. */
export const packedFiles: readonly string[] = listPackedFiles();

const version: string = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version;

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
    printedLines(html, lineCount) {
      return readPrintedLines(browser, server, { path: `/page-${++pageCount}`, html: withOrigin(html), lineCount });
    },
    async close() {
      await browser.close();
      await server.close();
      await cdn.close();
    },
  };
}

function listPackedFiles(): string[] {
  const args = ['pack', packageFolder, '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const printed = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as object;
  // npm 12 prints an object with a key for each package, earlier versions an array.
  const [{ files }] = Object.values(printed) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}
