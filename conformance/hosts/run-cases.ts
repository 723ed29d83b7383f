/** Runs cases on one implementation, one after the other, each from the root. */
import type { Case, Chapter, Implementation, Need } from '../case.js';
import { Absent } from '../features.js';

export type Outcome = 'pass' | 'fail' | 'absent';

export interface Result {
  readonly chapter: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** Why it failed, or what the runtime or the implementation does not have. */
  readonly reason?: string;
}

const LIMIT_MS = 10_000;

export async function runCases(implementation: Implementation, chapters: readonly Chapter[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const { title, cases } of chapters) {
    for (const item of cases)
      results.push({ chapter: title, name: item.name, ...(await runCase(item, implementation)) });
  }
  return results;
}

export async function runCase(
  item: Case,
  implementation: Implementation,
): Promise<{ outcome: Outcome; reason?: string }> {
  for (const need of item.needs ?? []) {
    if (!(await has(need, implementation))) return { outcome: 'absent', reason: `no ${need}` };
  }
  try {
    await fromRoot(() => item.run(implementation as Required<Implementation>));
    return { outcome: 'pass' };
  } catch (error) {
    if (error instanceof Absent) return { outcome: 'absent', reason: error.message };
    return { outcome: 'fail', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A timer of its own, so that what a case enters without leaving is gone with it. */
function fromRoot(run: () => void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`did not end in ${LIMIT_MS} ms`)), LIMIT_MS);
    setTimeout(async () => {
      try {
        await run();
        resolve();
      } catch (error) {
        reject(error);
      } finally {
        clearTimeout(limit);
      }
    });
  });
}

async function has(need: Need, implementation: Implementation): Promise<boolean> {
  if (need === 'AsyncContext') return implementation.AsyncContext !== undefined;
  if (!need.startsWith('node:')) return need in globalThis;
  try {
    await import(need);
    return true;
  } catch {
    return false;
  }
}
