/**
 * `npm run spans`: opens a million spans in interleaved flows in each browser, with the transform and with intercepted
 * `await`, and writes how many had a wrong parent into the README.
 *
 *     npm run spans -- [--spans 1000000] [--in chromium,firefox,webkit] [--write]
 *
 * The exit code is 1 if a span had a wrong parent. A browser that is not installed is reported, and nothing is written.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BrowserName, browserNames, MissingBrowser, openBrowser } from '@throughline/testing/browsers';
import { countSpansInPage } from './counted-spans.js';
import { bundlePages, modes } from './page-bundles.js';
import { startTracingServer } from './tracing-server.js';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const TITLES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' } as const;

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '1000000' },
    in: { type: 'string', default: browserNames.join() },
    write: { type: 'boolean', default: false },
  },
});

function parseBrowser(name: string): BrowserName {
  const found = browserNames.find((candidate) => candidate === name);
  if (found === undefined) throw new Error(`--in: unknown browser "${name}". Expected: ${browserNames.join()}`);
  return found;
}

/** Replaces the lines between two comments of the README. */
async function writeTable(table: string): Promise<void> {
  const text = await readFile(README, 'utf8');
  const [start, end] = ['<!-- npm run spans -->', '<!-- end of npm run spans -->'];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${README} has no lines between "${start}" and "${end}".`);
  await writeFile(README, `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`);
}

const count = Number(values.spans);
if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--spans: expected a number, but got ${values.spans}.`);
const names = values.in.split(',').map(parseBrowser);
const server = await startTracingServer(await bundlePages(['counted-spans-page']));
const rows: string[] = [];
let isComplete = names.length === browserNames.length;
try {
  for (const name of names) {
    try {
      const browser = await openBrowser(name, { usesInstalled: true });
      try {
        for (const mode of modes) {
          const url = `${server.origin}/counted-spans-page/${mode}`;
          const { spans, flows, wrongParents } = await countSpansInPage(browser, url, count);
          if (wrongParents > 0) process.exitCode = 1;
          const cells = [`${TITLES[name]} ${browser.version}`, mode, spans.toLocaleString('en'), flows, wrongParents];
          rows.push(`| ${cells.join(' | ')} |`);
          console.log(rows.at(-1));
        }
      } finally {
        await browser.close();
      }
    } catch (error) {
      if (!(error instanceof MissingBrowser)) throw error;
      console.log(`${name}: ${error.message}`);
      isComplete = false;
    }
  }
} finally {
  await server.close();
}
if (values.write && isComplete) {
  const head = [
    '| Browser | `await` is followed by | Spans | Flows at once | Wrong parents |',
    '|---|---|---|---|---|',
  ];
  await writeTable([...head, ...rows].join('\n'));
} else if (values.write) {
  console.log('Nothing was written, because not every browser was tested.');
}
