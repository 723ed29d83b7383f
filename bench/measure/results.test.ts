import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { browsers } from '../browsers/browser-suite.js';
import { servers } from '../servers/server-suite.js';
import { transform } from '../transform/transform-suite.js';
import { readAllResults, writeResults } from './results.js';

describe('the results of a folder', () => {
  it('are told apart by their suite, and stand in the order of the README', () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
    try {
      const names = ['bun', 'chromium', 'node20', 'node26', 'portable-node26', 'transform-node20', 'webkit'];
      for (const runtime of names) writeResults(folder, { runtime, workloads: {} });
      const of = (suite: typeof servers) => readAllResults(folder, suite).map(({ runtime }) => runtime);
      deepEqual(of(servers), ['node26', 'node20', 'bun']);
      deepEqual(of(browsers), ['chromium', 'webkit', 'portable-node26']);
      deepEqual(of(transform), ['transform-node20']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
