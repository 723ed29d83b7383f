/** The sizes of a page stay within their limits, and are those that docs/bench states. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findCell, readResults } from '../measure/results.js';
import { addedBytes } from './added-bytes.js';
import { PAGE_VARIANTS } from './page-variants.js';
import { INTERCEPTION_LIMIT, TRANSFORM_LIMIT } from './size-suite.js';

const RESULTS_FOLDER = fileURLToPath(new URL('../../../docs/bench', import.meta.url));

/** A stored size may differ by this much from that of the code, so that not every change must be measured. */
const TOLERANCE = 0.05;

for (const [name, limit] of [
  ['transform', TRANSFORM_LIMIT],
  ['interception', INTERCEPTION_LIMIT],
  ['zone.js', Number.POSITIVE_INFINITY],
] as const) {
  const title = limit === Number.POSITIVE_INFINITY ? 'the size stated in docs/bench' : `at most ${limit} bytes`;
  test(`a page with ${name} adds ${title}`, async (context) => {
    const bytes = await addedBytes(PAGE_VARIANTS[name]);
    context.diagnostic(`${bytes} bytes in addition to those of the page`);
    assert.ok(bytes <= limit, `${bytes} bytes are more than ${limit}`);
    const measurement = readResults(RESULTS_FOLDER, 'sizes').workloads.page;
    const [stored = 0] = (measurement && findCell(measurement, name, 1)?.figures) ?? [];
    assert.ok(
      Math.abs(bytes - stored) <= stored * TOLERANCE,
      `docs/bench/sizes.json states ${stored} bytes, but the page adds ${bytes}. ` +
        'Run npm run bench -- --browsers --in sizes, and then npm run figures.',
    );
  });
}
