import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSafeRequestId, newRequestId } from './request-id.js';

/** More than there are random bytes for at a time. */
const MANY = 5000;

test('new ids are random UUIDs, each another one', () => {
  const ids = Array.from({ length: MANY }, newRequestId);
  for (const id of ids) {
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.ok(isSafeRequestId(id));
  }
  assert.equal(new Set(ids).size, MANY);
});

test('every digit of a new id that may vary does, evenly', () => {
  const counts = Array.from({ length: 36 }, () => new Map<string, number>());
  for (let made = 0; made < MANY; made++) {
    for (const [place, digit] of [...newRequestId()].entries()) {
      const count = counts[place];
      count?.set(digit, (count.get(digit) ?? 0) + 1);
    }
  }
  for (const [place, count] of counts.entries()) {
    const digits = [8, 13, 14, 18, 23].includes(place) ? 1 : place === 19 ? 4 : 16;
    assert.equal(count.size, digits, `place ${place}`);
    const expected = MANY / digits;
    // Seven standard deviations: one run in ten thousand million is further off.
    const allowed = 7 * Math.sqrt(expected);
    for (const [digit, seen] of count) {
      assert.ok(Math.abs(seen - expected) <= allowed, `${digit} at ${place}: ${seen} times, expected ${expected}`);
    }
  }
});

test('ids that are safe', () => {
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
