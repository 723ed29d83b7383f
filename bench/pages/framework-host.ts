/// <reference lib="dom" />
/** Mounts an application in a page, measures its operations, and reports them. */

import { reportOutcome } from '../browsers/page-report.js';
import { requireEntry } from '../measure/require-entry.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import type { Subject } from '../suite/subject.js';
import type { PageApp } from './apps/page-app.js';
import { measureOperations } from './page-operations.js';

export function reportPage(framework: string, subject: Subject, app: PageApp): Promise<void> {
  return reportOutcome(async ([workload, , budgetName]) => {
    // Only a check whether the page loads.
    if (workload === undefined) return { figures: {} };
    const storage = subject.makeStorage();
    let lost = 0;
    const root = document.createElement('main');
    document.body.append(root);
    await app.mount(root, (operation, handle) => {
      const value = { operation };
      storage.run(value, () => {
        handle();
        if (storage.getStore() !== value) lost++;
      });
    });
    const times = await measureOperations(app, requireEntry(SAMPLE_BUDGETS, budgetName));
    subject.check?.();
    if (lost > 0) return { lostValue: 'A handler lost its value' };
    const logs = Object.values(times).map(Math.log);
    const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
    const figures = Object.entries(times).map(([name, time]): [string, number] => [`${framework}-${name}`, time]);
    return { figures: { [framework]: mean, ...Object.fromEntries(figures) } };
  });
}
