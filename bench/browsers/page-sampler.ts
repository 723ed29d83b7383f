/**
 * Takes samples in a browser. Each sample is a new page in a new profile, and therefore a separate process. The page's
 * address holds the task (`?task=`) and the path of the channel to which the page posts the outcome (`?channel=`).
 */
import {
  type Browser,
  type BrowserName,
  MissingBrowser,
  openBrowser,
  startPageServer,
} from '@throughline/testing/browsers';
import { MissingEnvironment, type SampleOutcome, type Sampler } from '../suite/environment.js';
import { type HostOutcome, sampleArguments } from './browser-sample.js';

const TIMEOUT_MS = 600_000;

const HTML = `<!doctype html>
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

export interface PageBundles {
  /** The code of modules that take a sample and report it, by name. */
  readonly bundles: Readonly<Record<string, string>>;
  /** The name of the module for a subject, and for a workload unless the subject is only checked. */
  bundleOf(subject: string, workload?: string): string;
}

export async function openPageSampler(name: BrowserName, { bundles, bundleOf }: PageBundles): Promise<Sampler> {
  const browser = await openInstalledBrowser(name);
  // Cross-origin isolated pages have the finest clock that a browser offers.
  const server = await startPageServer({ isCrossOriginIsolated: true });
  for (const [bundle, code] of Object.entries(bundles)) {
    server.add(`/${bundle}/`, HTML);
    server.add(`/${bundle}/page.js`, code);
  }
  const samplePage = async (bundle: string, task: string): Promise<SampleOutcome> => {
    const channel = server.createChannel();
    const query = new URLSearchParams({ task, channel: channel.path });
    try {
      const page = await browser.openPage(`${server.origin}/${bundle}/?${query}`);
      try {
        // Only page-report.ts and the script above know the channel's path.
        const outcome = (await channel.next(TIMEOUT_MS)) as HostOutcome | { error: string };
        if ('error' in outcome) throw new Error(outcome.error);
        return { ...outcome, version: browser.version };
      } finally {
        await page.close();
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The sample ${bundle} ${task} in ${name} failed: ${reason}`);
    }
  };
  return {
    check: (subject) => samplePage(bundleOf(subject), ''),
    sample: (task) => samplePage(bundleOf(task.subject, task.workload), sampleArguments(task).join(' ')),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Opens an installed Chromium if there is one, because the Chromium from npm is a build for servers. */
async function openInstalledBrowser(name: BrowserName): Promise<Browser> {
  try {
    return await openBrowser(name, { usesInstalled: true }).catch((error: unknown) => {
      if (name === 'chromium' && error instanceof MissingBrowser) return openBrowser(name);
      throw error;
    });
  } catch (error) {
    throw error instanceof MissingBrowser ? new MissingEnvironment(error.message) : error;
  }
}
