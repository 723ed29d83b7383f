/**
 * The host in a page. It runs the cases one after the other and sends each outcome to the server as soon as it is
 * known, so that a case which never ends does not lose the outcomes of the others. The page's query string has the path
 * to send to (`?channel=`) and the index of the first case to run (`?from=`).
 */
import type { Implementation } from '../../case.js';
import { chapters } from '../../cases/index.js';
import type { PageMessage } from '../page-message.js';
import { runCase } from '../run-cases.js';

declare const location: { readonly search: string };

/** The page's own `fetch`, which an implementation may replace later. */
const { fetch } = globalThis;

// In Firefox, the garbage collector has another name.
const { TestUtils } = globalThis as { TestUtils?: { gc(): Promise<void> } };
if (TestUtils !== undefined) Object.assign(globalThis, { gc: () => TestUtils.gc() });

/** @param excludedChapters the titles of the chapters about an API that this implementation does not have */
export async function runHost(implementation: Implementation, excludedChapters: readonly string[]): Promise<void> {
  const query = new URLSearchParams(location.search);
  const channel = query.get('channel') ?? '';
  const cases = chapters.flatMap(({ title, cases }) => cases.map((item) => ({ title, item })));
  for (const [index, { title, item }] of cases.entries()) {
    if (index < Number(query.get('from'))) continue;
    const outcome = excludedChapters.includes(title)
      ? { outcome: 'absent' as const, reason: `its API has no ${title}` }
      : await runCase(item, implementation);
    const message: PageMessage = { index, ...outcome };
    await fetch(channel, { method: 'POST', body: JSON.stringify(message) });
  }
}
