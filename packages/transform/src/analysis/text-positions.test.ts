import assert from 'node:assert/strict';
import { it } from 'node:test';
import { TextPositions } from './text-positions.js';

it('TextPositions finds whether a position is in a range, whose end is exclusive', () => {
  const positions = [3, 5, 8, 13];
  const subject = new TextPositions(positions);
  for (let start = 0; start < 16; start++) {
    for (let end = start; end < 16; end++) {
      const expected = positions.some((position) => position >= start && position < end);
      assert.equal(subject.hasBetween(start, end), expected, `${start} to ${end}`);
    }
  }
});

it('TextPositions may be empty', () => {
  assert.equal(new TextPositions([]).isEmpty, true);
  assert.equal(new TextPositions([]).hasBetween(0, 10), false);
  assert.equal(new TextPositions([1]).isEmpty, false);
});
