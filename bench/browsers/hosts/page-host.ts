/**
 * The host in a page: takes the sample that the page's address asks for (`?task=`), once the page has loaded and the browser
 * has nothing else to do for it, and tells the server (`?channel=`). Nobody looks into the page meanwhile: a page that is
 * inspected may run slower.
 */
import type { Subject } from '../../suite/subject.js';
import { takeSample } from '../browser-sample.js';

declare const document: { readonly readyState: string };
declare const addEventListener: (type: 'load', listener: () => void, options: { once: true }) => void;
declare const location: { readonly search: string };

/** The page's own, however subjects replace it. */
const { fetch } = globalThis;

export async function answerHere(subject: Subject): Promise<void> {
  const query = new URLSearchParams(location.search);
  if (document.readyState !== 'complete') {
    await new Promise<void>((resolve) => addEventListener('load', resolve, { once: true }));
  }
  const task = query.get('task') ?? '';
  const answer = await takeSample(subject, task === '' ? [] : task.split(' ')).catch((error: unknown) => ({
    error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
  }));
  await fetch(query.get('channel') ?? '', { method: 'POST', body: JSON.stringify(answer) });
}
