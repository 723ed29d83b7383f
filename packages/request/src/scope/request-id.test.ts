import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSafeRequestId, newRequestId } from './request-id.js';

/** More ids than one call for random bytes provides for. */
const ID_COUNT = 5000;

test('new ids are unique random UUIDs', () => {
  const ids = Array.from({ length: ID_COUNT }, newRequestId);
  for (const id of ids) {
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.ok(isSafeRequestId(id));
  }
  assert.equal(new Set(ids).size, ID_COUNT);
});

test('the variable digits of new ids are distributed evenly', () => {
  const counts = Array.from({ length: 36 }, () => new Map<string, number>());
  for (let index = 0; index < ID_COUNT; index++) {
    for (const [position, digit] of [...newRequestId()].entries()) {
      const count = counts[position];
      count?.set(digit, (count.get(digit) ?? 0) + 1);
    }
  }
  for (const [position, count] of counts.entries()) {
    const digits = [8, 13, 14, 18, 23].includes(position) ? 1 : position === 19 ? 4 : 16;
    assert.equal(count.size, digits, `position ${position}`);
    const expected = ID_COUNT / digits;
    // Seven standard deviations: a larger deviation occurs in one of ten billion runs.
    const allowed = 7 * Math.sqrt(expected);
    for (const [digit, occurrences] of count) {
      assert.ok(
        Math.abs(occurrences - expected) <= allowed,
        `${digit} at ${position}: ${occurrences} times, expected ${expected}`,
      );
    }
  }
});

test('safe and unsafe ids', () => {
  for (const id of ['a', 'A-1_b.c:d@e/f+g=h', 'x'.repeat(128)]) assert.ok(isSafeRequestId(id), id);
  for (const id of [
    '',
    'x'.repeat(129),
    'a b',
    'a\nb',
    'a\r\nset-cookie: x',
    'a\u0000',
    'ä',
    '"',
    '<b>',
    'a,b',
    '\u001b[31m',
    '$',
  ]) {
    assert.ok(!isSafeRequestId(id), JSON.stringify(id));
  }
});
