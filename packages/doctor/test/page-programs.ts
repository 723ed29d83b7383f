/**
 * The programs and pages of the folder `pages`, served by Vite's development server with the option `doctor`. The comment
 * `expects:` of each states the findings: kind, severity, and file and line of the first place; or `none`.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@throughline/doctor';
import { type Browser, startPageServer } from '@throughline/testing/browsers';
import throughline from '@throughline/transform/vite';
import { createLogger, createServer, type InlineConfig } from 'vite';

const folder = fileURLToPath(new URL('../pages/', import.meta.url));

export interface PageProgram {
  /** The path below the folder. */
  readonly name: string;
  readonly expected: string;
  readonly needsEmptyReads: boolean;
}

/** Returns all programs and pages of the folder. */
export function findPagePrograms(): PageProgram[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.flatMap((path) => {
    const name = path.replaceAll('\\', '/');
    if (!/\.(?:[jt]sx?|html)$/.test(name)) return [];
    const [, expected] = /expects: (.+?)(?: -->)?$/m.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
    return expected === undefined ? [] : [{ name, expected, needsEmptyReads: name.startsWith('empty-read/') }];
  });
}

type DoctorOption = NonNullable<Parameters<typeof throughline>[0]>['doctor'];

export interface DoctoredServer {
  readonly origin: string;
  /** What the server has printed to its terminal. */
  readonly printed: readonly string[];
  close(): Promise<void>;
}

/** Starts a development server with the doctor. Each of its pages has a function `findings()`. */
export async function serveWithDoctor(
  doctor: DoctorOption,
  config: InlineConfig = { root: folder },
): Promise<DoctoredServer> {
  // Dependencies are recognized by the folder.
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  mkdirSync(modules, { recursive: true });
  const cacheDir = mkdtempSync(join(modules, '.doctor-pages-'));
  const other = await startPageServer();
  other.add('/widget.js', readFileSync(join(folder, 'other-server/widget.js'), 'utf8'));
  const printed: string[] = [];
  const print = (message: string) => void printed.push(message);
  const server = await createServer({
    configFile: false,
    customLogger: { ...createLogger('silent'), warn: print, error: print },
    cacheDir,
    oxc: { jsx: { runtime: 'classic' } },
    ...config,
    server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
    optimizeDeps: { include: ['throughline/web', 'rxjs'], ...config.optimizeDeps },
    plugins: [
      throughline({ ...(doctor !== undefined && { doctor }) }),
      {
        name: 'harness',
        transformIndexHtml: {
          order: 'pre',
          handler: (html) => ({
            html: html.replace('OTHER_ORIGIN', other.origin),
            tags: [
              { tag: 'script', attrs: { type: 'module', src: `/@fs${join(folder, 'harness.js')}` }, injectTo: 'body' },
            ],
          }),
        },
      },
    ],
  });
  await server.listen();
  const [url = ''] = server.resolvedUrls?.local ?? [];
  return {
    origin: new URL(url).origin,
    printed,
    async close() {
      await server.close();
      await other.close();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
}

/** Runs a program or opens a page, and returns its findings. */
export async function findIn(browser: Browser, { origin }: DoctoredServer, name: string): Promise<Finding[]> {
  const path = name.endsWith('.html') ? `/${name}` : `/program.html?program=/${name}`;
  const page = await browser.openPage(origin + path);
  try {
    return (await page.evaluate('globalThis.findings()')) as Finding[];
  } finally {
    await page.close();
  }
}

/** Returns findings as the comment of a program states them. */
export function textOf(findings: readonly Finding[]): string {
  const texts = findings.map(({ kind, severity, places: [place] }) => {
    const file = place === undefined ? '' : new URL(place.file).pathname.slice(1);
    return `${kind}, ${severity}, ${file}:${file.endsWith('.html') ? lineInFile(file, place?.code) : place?.line}`;
  });
  return texts.length === 0 ? 'none' : texts.join('; ');
}

/** Vite adds lines to the HTML that it serves. */
function lineInFile(file: string, code: string | null | undefined): number {
  return (
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .indexOf(code ?? '') + 1
  );
}
