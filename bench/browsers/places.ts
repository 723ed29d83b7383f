/** The browsers that are measured, each sample in a page that is a process of its own; and Node with the portable engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserName,
  browserNames,
  MissingBrowser,
  openBrowser,
  startPageServer,
} from '@throughline/testing/browsers';
import { MissingPlace, type Place, type SampleAnswer, type Session, type Task } from '../place.js';
import { runSample } from '../sample-process.js';
import { installedRuntimes, type Runtime } from '../servers/runtimes.js';
import { bundle } from './bundle.js';
import type { Answer } from './sample.js';
import { browsers } from './suite.js';

const INSTALLED = fileURLToPath(new URL('../../../.runtimes', import.meta.url));
const LIMIT_MS = 600_000;
const NODE = 'node26';

const html = `<!doctype html>
<meta charset="utf-8">
<title>A sample</title>
<script type="module">
  const { search } = location;
  import('./page.js').catch((error) => {
    const body = JSON.stringify({ error: String(error) });
    fetch(new URLSearchParams(search).get('channel'), { method: 'POST', body });
  });
</script>
`;

export function browserPlaces(runtimes: readonly Runtime[]): Place[] {
  return [...browserNames.map(browserPlace), portablePlace(runtimes)];
}

function browserPlace(name: BrowserName): Place {
  return { name, startUpMs: 700, open: () => openPages(name) };
}

async function openPages(name: BrowserName): Promise<Session> {
  const pages = await bundles('page');
  const browser = await open(name);
  // Isolated pages have the finest clock there is.
  const server = await startPageServer({ isolated: true });
  for (const [subject, code] of Object.entries(pages)) {
    server.add(`/${subject}/`, html);
    server.add(`/${subject}/page.js`, code);
  }
  const answer = async (subject: string, task: string): Promise<SampleAnswer> => {
    const channel = server.channel();
    const query = new URLSearchParams({ task, channel: channel.path });
    try {
      const page = await browser.page(`${server.origin}/${subject}/?${query}`);
      try {
        // Only our own host in the page knows of the channel.
        const told = (await channel.next(LIMIT_MS)) as Answer | { error: string };
        if ('error' in told) throw new Error(told.error);
        return { ...told, version: browser.version };
      } finally {
        await page.close();
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name} has no sample of ${subject} ${task}: ${reason}`);
    }
  };
  return {
    check: (subject) => answer(subject, ''),
    sample: (task) => answer(task.subject, words(task).join(' ')),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** An installed Chromium rather than the one from npm, which is made for servers. */
async function open(name: BrowserName): Promise<Browser> {
  try {
    return await openBrowser(name, { installed: true }).catch((error: unknown) => {
      if (name === 'chromium' && error instanceof MissingBrowser) return openBrowser(name);
      throw error;
    });
  } catch (error) {
    throw error instanceof MissingBrowser ? new MissingPlace(error.message) : error;
  }
}

function portablePlace(named: readonly Runtime[]): Place {
  const runtime = [...named, ...installedRuntimes(INSTALLED)].find(({ name }) => name === NODE);
  return {
    name: `portable-${NODE}`,
    startUpMs: 100,
    workloads: ['await', 'pending'],
    async open() {
      if (runtime === undefined) {
        throw new MissingPlace(
          `Node 26 is not installed: npm run test:all does it, or name yours: --runtime ${NODE}=<path>`,
        );
      }
      return openProcesses(runtime);
    },
  };
}

async function openProcesses({ name, command }: Runtime): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
  const files = new Map<string, string>();
  for (const [subject, code] of Object.entries(await bundles('process'))) {
    const file = join(folder, `${subject}.mjs`);
    await writeFile(file, code);
    files.set(subject, file);
  }
  const answer = (subject: string, task: readonly string[]) =>
    // What process.ts prints.
    runSample([name, subject, ...task].join(' '), [
      ...command,
      files.get(subject) ?? subject,
      ...task,
    ]) as Promise<SampleAnswer>;
  return {
    check: (subject) => answer(subject, []),
    sample: (task) => answer(task.subject, words(task)),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** As sample.ts takes them. */
function words({ workload, k, pace }: Task): string[] {
  return [workload, String(k), pace];
}

const made = new Map<'page' | 'process', Promise<Record<string, string>>>();

/** The code of each subject. */
function bundles(host: 'page' | 'process'): Promise<Record<string, string>> {
  const found = made.get(host);
  if (found !== undefined) return found;
  const entries = Promise.all(
    Object.keys(browsers.subjects).map(async (subject) => [subject, await bundle(subject, host)] as const),
  );
  const all = entries.then((pairs) => Object.fromEntries(pairs));
  made.set(host, all);
  return all;
}
