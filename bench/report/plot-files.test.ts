import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readAllResults } from '../measure/results.js';
import { SUITES } from '../suites.js';
import { barPlotsOf, linePlotsOf, writePlots } from './plot-files.js';

const RESULTS_FOLDER = fileURLToPath(new URL('../../../docs/bench', import.meta.url));

describe('the plots in docs/bench', () => {
  it('are exactly those that the results there yield', () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
    try {
      for (const suite of Object.values(SUITES)) {
        const all = readAllResults(RESULTS_FOLDER, suite);
        writePlots(folder, [...all.flatMap((results) => linePlotsOf(suite, results)), ...barPlotsOf(suite, all)]);
      }
      const drawn = readdirSync(folder).sort();
      deepEqual(
        drawn,
        readdirSync(RESULTS_FOLDER)
          .filter((file) => file.endsWith('.svg'))
          .sort(),
      );
      for (const file of drawn) {
        equal(readFileSync(join(RESULTS_FOLDER, file), 'utf8'), readFileSync(join(folder, file), 'utf8'), file);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
