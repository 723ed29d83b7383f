/**
 * Runs every case on Throughline as a test, on the Node that runs the tests. The chapters about APIs that only pages
 * have are excluded. Node has everything that the other cases need, except functions that were added to the language
 * recently.
 */
import { describe, it } from 'node:test';
import * as throughline from 'throughline';
import { asyncBuiltins } from '../cases/async-builtins.js';
import { chapters } from '../cases/index.js';
import { web } from '../cases/web/index.js';
import { findDifference } from '../differences.js';
import { runCase } from './run-cases.js';

const [major] = process.versions.node.split('.');

for (const chapter of chapters.filter((chapter) => !web.includes(chapter))) {
  describe(chapter.title, () => {
    for (const item of chapter.cases) {
      it(item.name, async (context) => {
        const { outcome, reason } = await runCase(item, throughline);
        if (outcome === 'pass') return;
        if (outcome === 'absent' && chapter === asyncBuiltins) return context.skip(reason);
        const difference = findDifference(`node${major}`, 'throughline', item.name);
        if (outcome === 'absent' || difference === undefined) throw new Error(reason);
        context.skip(difference.reason);
      });
    }
  });
}
