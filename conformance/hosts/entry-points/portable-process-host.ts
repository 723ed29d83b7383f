/**
 * The host for the portable engine in Node. It prints the results of all cases as one line of JSON. The engine does not
 * follow the callbacks of Node's own modules, so the cases about these modules are absent.
 */
import type { Case, Implementation } from '../../case.js';
import { chapters } from '../../cases/index.js';
import { AbsentFeatureError } from '../../features.js';
import { runCases } from '../run-cases.js';

export async function runHost(implementation: Implementation): Promise<void> {
  const portableChapters = chapters.map(({ title, cases }) => ({ title, cases: cases.map(withoutNodeModules) }));
  const results = await runCases(implementation, portableChapters);
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
}

function withoutNodeModules(item: Case): Case {
  const nodeModule = item.needs?.find((need) => need.startsWith('node:'));
  if (nodeModule === undefined) return item;
  return {
    name: item.name,
    run() {
      throw new AbsentFeatureError(`no ${nodeModule}`);
    },
  };
}
