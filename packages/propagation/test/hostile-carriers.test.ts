/** A tenth of the carriers of `npm run hostile-carriers`, with another seed in each run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHostileCarriers } from './check-hostile-carriers.js';

test('no hostile carrier makes a handler fail, or is believed', (context) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  context.diagnostic(`SEED=${seed}`);
  // Each is received once, and the check is not vacuous: some values survive the mutations.
  const { received, believed } = checkHostileCarriers(1000, seed);
  assert.equal(received, 1000);
  assert.ok(believed > 100, `${believed} values were believed`);
});
