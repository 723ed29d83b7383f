/** Runs cases on one implementation, one after the other, each starting in the root. Every host uses this. */
import type { Case, Chapter, Implementation, Need } from '../case.js';
import { AbsentFeatureError } from '../features.js';

export type Outcome = 'pass' | 'fail' | 'absent';

export interface CaseOutcome {
  readonly outcome: Outcome;
  /** The reason why the case failed, or the feature that the runtime or the implementation lacks. */
  readonly reason?: string;
}

export interface CaseResult extends CaseOutcome {
  /** The title of the chapter. */
  readonly chapter: string;
  /** The name of the case. */
  readonly name: string;
}

const CASE_TIMEOUT_MS = 10_000;

export async function runCases(implementation: Implementation, chapters: readonly Chapter[]): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const { title, cases } of chapters) {
    for (const item of cases)
      results.push({ chapter: title, name: item.name, ...(await runCase(item, implementation)) });
  }
  return results;
}

export async function runCase(item: Case, implementation: Implementation): Promise<CaseOutcome> {
  for (const need of item.needs ?? []) {
    if (!(await isAvailable(need, implementation))) return { outcome: 'absent', reason: `no ${need}` };
  }
  try {
    await runFromRoot(() => item.run(implementation as Required<Implementation>));
    return { outcome: 'pass' };
  } catch (error) {
    if (error instanceof AbsentFeatureError) return { outcome: 'absent', reason: error.message };
    return { outcome: 'fail', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a case in a separate timer, so that a value that the case enters and does not leave ends with the timer. */
function runFromRoot(run: () => void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error(`did not end in ${CASE_TIMEOUT_MS} ms`)), CASE_TIMEOUT_MS);
    setTimeout(async () => {
      try {
        await run();
        resolve();
      } catch (error) {
        reject(error);
      } finally {
        clearTimeout(timeout);
      }
    });
  });
}

async function isAvailable(need: Need, implementation: Implementation): Promise<boolean> {
  if (need === 'AsyncContext') return implementation.AsyncContext !== undefined;
  if (!need.startsWith('node:')) return need in globalThis;
  try {
    await import(need);
    return true;
  } catch {
    return false;
  }
}
