/**
 * The host in a page: runs the cases one after the other and tells the server each outcome as soon as it is known, so that
 * a case that never ends takes no other one with it. The page's address says where to tell it (`?channel=`) and with which
 * case to begin (`?from=`).
 */
import type { Implementation } from '../../case.js';
import { chapters } from '../../cases/index.js';
import { type Outcome, runCase } from '../run-cases.js';

/** What a page tells of each case, `index` counted over all chapters. */
export interface Told {
  readonly index: number;
  readonly outcome: Outcome;
  readonly reason?: string;
}

declare const location: { readonly search: string };

/** The page's own, however implementations replace it. */
const { fetch } = globalThis;

// Firefox has its collector under a name of its own.
const { TestUtils } = globalThis as { TestUtils?: { gc(): Promise<void> } };
if (TestUtils !== undefined) Object.assign(globalThis, { gc: () => TestUtils.gc() });

/** @param without titles of chapters that say nothing of this implementation */
export async function runHere(implementation: Implementation, without: readonly string[]): Promise<void> {
  const query = new URLSearchParams(location.search);
  const channel = query.get('channel') ?? '';
  const cases = chapters.flatMap(({ title, cases }) => cases.map((item) => ({ title, item })));
  for (const [index, { title, item }] of cases.entries()) {
    if (index < Number(query.get('from'))) continue;
    const outcome = without.includes(title)
      ? { outcome: 'absent' as const, reason: `its API has no ${title}` }
      : await runCase(item, implementation);
    const told: Told = { index, ...outcome };
    await fetch(channel, { method: 'POST', body: JSON.stringify(told) });
  }
}
