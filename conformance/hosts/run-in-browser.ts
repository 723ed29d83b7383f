/** Runs all cases in pages of a browser. */
import type { Browser, PageServer } from '@throughline/testing/browsers';
import { chapters } from '../cases/index.js';
import type { Peer, PortableMode } from '../implementations.js';
import { bundleCases } from './bundle-cases.js';
import type { PageMessage } from './page-message.js';
import type { CaseResult } from './run-cases.js';

/** A case times out long before this, so a page that sends nothing for this long is blocked by a case. */
const SILENCE_TIMEOUT_MS = 30_000;

/** If the cases cannot be loaded, the page sends the error instead of results. */
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
 * Yields the result of each case, in order, as soon as it is known. A case that blocks its page fails, and another page
 * continues with the case after it.
 *
 * @throws {Error} if the browser cannot load the cases
 */
export async function* runInBrowser(
  browser: Browser,
  server: PageServer,
  implementation: PortableMode | Peer,
): AsyncGenerator<CaseResult> {
  const cases = chapters.flatMap(({ title, cases }) => cases.map(({ name }) => ({ chapter: title, name })));
  const path = `/cases/${implementation}/`;
  server.add(path, html);
  server.add(`${path}cases.js`, await bundleCases(implementation, 'page-host'));
  let completed = 0;
  while (completed < cases.length) {
    const channel = server.createChannel();
    const page = await browser.openPage(`${server.origin}${path}?channel=${channel.path}&from=${completed}`);
    try {
      for (const item of cases.slice(completed)) {
        // Only our own code in the page knows the path of the channel.
        const message = (await channel.next(SILENCE_TIMEOUT_MS).catch(() => undefined)) as
          | PageMessage
          | { error: string }
          | undefined;
        if (message !== undefined && 'error' in message) {
          throw new Error(
            `${browser.name} ${browser.version} cannot run the cases on ${implementation}: ${message.error}`,
          );
        }
        completed++;
        if (message === undefined) {
          yield { ...item, outcome: 'fail', reason: 'blocks the page' };
          break;
        }
        const { index, ...outcome } = message;
        if (index !== completed - 1) {
          throw new Error(`The page sent the outcome of case ${index}, but case ${completed - 1} was expected.`);
        }
        yield { ...item, ...outcome };
      }
    } finally {
      await page.close();
    }
  }
}
