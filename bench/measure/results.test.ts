import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { browserSuite } from '../browsers/browser-suite.js';
import { serverSuite } from '../servers/server-suite.js';
import type { Suite } from '../suite/suite.js';
import { transformSuite } from '../transform/transform-suite.js';
import { readAllResults, writeResults } from './results.js';

describe('readAllResults()', () => {
  it('returns the results of one suite only, in the order of docs/benchmarks.md', () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
    try {
      const names = ['bun', 'chromium', 'node20', 'node26', 'portable-node26', 'transform-node20', 'webkit'];
      for (const environment of names) writeResults(folder, { environment, workloads: {} });
      const environmentsIn = (suite: Suite) => readAllResults(folder, suite).map(({ environment }) => environment);
      deepEqual(environmentsIn(serverSuite), ['node26', 'node20', 'bun']);
      deepEqual(environmentsIn(browserSuite), ['chromium', 'webkit', 'portable-node26']);
      deepEqual(environmentsIn(transformSuite), ['transform-node20']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
