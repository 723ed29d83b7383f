/**
 * Runs every case, and every construct around which code can suspend, on each JavaScript engine, in each way in which
 * `await` can be followed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { transform } from 'esbuild';
import { findDifference } from '../differences.js';
import { runInEngine } from '../hosts/run-in-engine.js';
import { engineModes } from '../implementations.js';
import { buildLoweredPage } from '../lowering/lowered-pages.js';
import type { LoweringTool } from '../lowering/lowering-tools.js';
import { type EngineName, engines, evaluateInEngine } from './engines.js';

/** None of the engines knows `using`. What else Hermes does not know is lowered in any case. */
const withoutUsing: LoweringTool = {
  title: 'esbuild',
  targets: [],
  lower: async (code) => (await transform(code, { target: 'esnext', supported: { using: false } })).code,
};

/** A construct that fails leaves its clock running. */
const PRINT_RESULT = `
globalThis.result
  .catch((error) => ({ outcomes: { error: String(error) } }))
  .then((result) => {
    print(JSON.stringify(result));
    clearAllTimers();
  });`;

for (const [key, engine] of Object.entries(engines)) {
  const name = key as EngineName;
  const skip = !engine.isInstalled() && `${engine.title} is not installed: npm run test:all installs it`;

  describe(engine.title, { skip }, () => {
    for (const mode of engineModes) {
      it(`runs every case in mode "${mode}"`, async (context) => {
        for (const { chapter, name: title, outcome, reason } of await runInEngine(name, mode)) {
          // The engine has no modules of Node and no page, so the cases about these are not reported as skipped.
          if (outcome === 'absent') continue;
          await context.test(`${chapter}: ${title}`, (test) => {
            if (outcome === 'pass') return;
            const difference = findDifference(key, mode, title);
            if (difference === undefined) throw new Error(reason);
            test.skip(difference.reason);
          });
        }
      });
    }

    it('keeps the frame in every construct of transformed code', async () => {
      const page = await buildLoweredPage('transformed, then lowered', withoutUsing, '');
      const { outcomes } = (await evaluateInEngine(name, page + PRINT_RESULT)) as Result;
      assert.deepEqual([...new Set(Object.values(outcomes))], ['kept'], JSON.stringify(outcomes));
    });

    it('never reads the value of another flow without a build step', async () => {
      const page = await buildLoweredPage('lowered, intercepted', withoutUsing, '');
      const result = (await evaluateInEngine(name, page + PRINT_RESULT)) as Result;
      assert.equal(result.await, 'intercepted');
      assert.ok(!Object.values(result.outcomes).includes('another'), JSON.stringify(result.outcomes));
    });
  });
}

interface Result {
  readonly outcomes: Readonly<Record<string, string>>;
  /** How the code follows `await`, as `install()` reports it. */
  readonly await: string;
}
