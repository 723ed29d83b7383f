import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkScopeOptions } from './options.js';

test('options that are wrong are refused', () => {
  for (const deadline of [0, -1, Number.NaN, 2 ** 31, '5', null] as number[]) {
    assert.throws(() => checkScopeOptions({ deadline }), { code: 'ERR_INVALID_OPTION', message: /^deadline must be/ });
  }
  // @ts-expect-error what a JavaScript program may do
  assert.throws(() => checkScopeOptions({ trustRequestId: 'yes' }), /trustRequestId must be true or false, not yes/);
});
