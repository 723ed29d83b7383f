import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRange, isInRange } from './version-range.js';

test('a range contains its first version, and not the one that ends it', () => {
  const range = { since: '1.2.3', before: '2.0.0' };
  for (const version of ['1.2.3', '1.2.10', '1.10.0', '1.2.4-beta.1']) assert.ok(isInRange(version, range), version);
  for (const version of ['1.2.2', '0.9.9', '2.0.0', '2.0.0-rc.1', '10.0.0', '', 'latest']) {
    assert.ok(!isInRange(version, range), version);
  }
  assert.equal(formatRange(range), '>=1.2.3 <2.0.0');
});
