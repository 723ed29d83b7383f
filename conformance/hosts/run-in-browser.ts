/** Runs all cases in pages of a browser. */
import type { Browser, PageServer } from '@throughline/testing/browsers';
import { chapters } from '../cases/index.js';
import type { Mode, Peer } from '../implementations.js';
import { bundle } from './bundle-cases.js';
import type { Told } from './entry-points/page-host.js';
import type { Result } from './run-cases.js';

/** A case ends by itself long before: a page that is silent for this long is stuck in one. */
const SILENCE_MS = 30_000;

/** Where the cases cannot be loaded, the page tells that. */
const html = `<!doctype html>
<meta charset="utf-8">
<title>Cases</title>
<body>
<script>
  onload = () => import('./cases.js').catch((error) => {
    const channel = new URLSearchParams(location.search).get('channel');
    fetch(channel, { method: 'POST', body: JSON.stringify({ error: String(error) }) });
  });
</script>
`;

/**
 * The results of all cases, in their order, as they come. Where a case blocks its page, it fails, and another page goes on
 * with the next one.
 */
export async function* runInBrowser(
  browser: Browser,
  server: PageServer,
  implementation: Mode | Peer,
): AsyncGenerator<Result> {
  const cases = chapters.flatMap(({ title, cases }) => cases.map(({ name }) => ({ chapter: title, name })));
  const path = `/cases/${implementation}/`;
  server.add(path, html);
  server.add(`${path}cases.js`, await bundle(implementation, 'page-host'));
  let done = 0;
  while (done < cases.length) {
    const channel = server.channel();
    const page = await browser.page(`${server.origin}${path}?channel=${channel.path}&from=${done}`);
    try {
      for (const item of cases.slice(done)) {
        // Only our own host in the page knows of the channel.
        const told = (await channel.next(SILENCE_MS).catch(() => undefined)) as Told | { error: string } | undefined;
        if (told !== undefined && 'error' in told) {
          throw new Error(
            `${browser.name} ${browser.version} cannot run the cases on ${implementation}: ${told.error}`,
          );
        }
        done++;
        if (told === undefined) {
          yield { ...item, outcome: 'fail', reason: 'blocks the page' };
          break;
        }
        const { index, ...outcome } = told;
        if (index !== done - 1) throw new Error(`The page told of case ${index} where ${done - 1} was expected`);
        yield { ...item, ...outcome };
      }
    } finally {
      await page.close();
    }
  }
}
