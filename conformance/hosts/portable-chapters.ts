/**
 * The chapters for the portable engine outside of a page. The engine does not follow the callbacks of Node's own modules,
 * so the cases about these modules are absent, even in Node.
 */
import type { Case, Chapter } from '../case.js';
import { chapters } from '../cases/index.js';
import { AbsentFeatureError } from '../features.js';

export const portableChapters: readonly Chapter[] = chapters.map(({ title, cases }) => ({
  title,
  cases: cases.map(withoutNodeModules),
}));

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
