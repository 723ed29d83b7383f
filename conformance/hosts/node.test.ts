/** The host for `npm test`: every case on Throughline, on the Node that runs the tests. */
import { describe, it } from 'node:test';
import * as throughline from 'throughline';
import { chapters } from '../cases/index.js';
import { runCase } from '../run-cases.js';

for (const { title, cases } of chapters) {
  describe(title, () => {
    for (const item of cases) {
      it(item.name, async (context) => {
        const { outcome, reason } = await runCase(item, throughline);
        if (outcome === 'absent') context.skip(reason);
        if (outcome === 'fail') throw new Error(reason);
      });
    }
  });
}
