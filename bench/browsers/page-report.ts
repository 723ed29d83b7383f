/**
 * Takes a sample in a page and posts its outcome. When the page has loaded and the browser has no other work for it, the
 * sample is taken that the page's address describes. Nothing inspects the page in the meantime, because an inspected page
 * may run more slowly.
 */
import type { HostOutcome } from './browser-sample.js';

declare const document: { readonly readyState: string };
declare const addEventListener: (type: 'load', listener: () => void, options: { once: true }) => void;
declare const location: { readonly search: string };

/** The browser's function, saved in case a subject replaces the global. */
const { fetch } = globalThis;

/** @param takeSample takes the sample that these arguments describe */
export async function reportOutcome(takeSample: (args: readonly string[]) => Promise<HostOutcome>): Promise<void> {
  const query = new URLSearchParams(location.search);
  if (document.readyState !== 'complete') {
    await new Promise<void>((resolve) => addEventListener('load', resolve, { once: true }));
  }
  const task = query.get('task') ?? '';
  const outcome = await takeSample(task === '' ? [] : task.split(' ')).catch((error: unknown) => ({
    error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
  }));
  await fetch(query.get('channel') ?? '', { method: 'POST', body: JSON.stringify(outcome) });
}
