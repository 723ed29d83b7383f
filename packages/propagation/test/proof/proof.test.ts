/** A small run of the proof that `npm run propagation` makes with 100,000 requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNotInstalled } from '@throughline/testing/databases';
import { runProof } from './proof.js';
import { countReads, noReads, runRequest, valuesOf } from './request-values.js';

test('each step reads its own values, in services and in workers that are killed', {
  timeout: 300_000,
}, async (context) => {
  const result = await runProof({ requests: 600, connections: 60, kills: 2, restarts: 1 });
  if (isNotInstalled(result)) {
    context.skip(result.reason);
    return;
  }
  const { wrong, missing, jobs, kills, restarts, retried, reads } = result;
  assert.deepEqual(
    { wrong, missing, jobs, kills, restarts },
    { wrong: 0, missing: 0, jobs: 600, kills: 2, restarts: 1 },
  );
  assert.ok(retried >= 30, `${retried} attempts after a failure`);
  // Five values at three steps of the client, five of the front service, three of the stock service and three of a job.
  assert.ok(reads >= 600 * 5 * 14, `${reads} reads`);
});

test('a wrong value and a missing one are counted', () => {
  const counts = noReads();
  runRequest(1, () => countReads(counts, 1));
  assert.deepEqual(counts, { reads: 5, wrong: 0, missing: 0 });
  countReads(counts, 1);
  assert.deepEqual(counts, { reads: 10, wrong: 0, missing: 5 });
  countReads(counts, 1, valuesOf(2));
  assert.deepEqual(counts, { reads: 15, wrong: 5, missing: 5 });
});
