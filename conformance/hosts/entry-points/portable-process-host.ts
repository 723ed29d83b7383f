/**
 * The host for the portable engine in Node, which shows that the engine needs nothing of a browser. It prints the results
 * of all cases as one line of JSON. The engine does not follow Node's own modules, so the cases about them are absent.
 */
import type { Case, Implementation } from '../../case.js';
import { chapters } from '../../cases/index.js';
import { Absent } from '../../features.js';
import { runCases } from '../run-cases.js';

export async function runHere(implementation: Implementation): Promise<void> {
  const portable = chapters.map(({ title, cases }) => ({ title, cases: cases.map(withoutNode) }));
  const results = await runCases(implementation, portable);
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
}

function withoutNode(item: Case): Case {
  const need = item.needs?.find((need) => need.startsWith('node:'));
  if (need === undefined) return item;
  return {
    name: item.name,
    run() {
      throw new Absent(`no ${need}`);
    },
  };
}
