import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import MagicString from 'magic-string';
import { EditedText } from './edited-text.js';
import { encodeMappings } from './mappings.js';

const ORIGINAL = `const wörter = [1, "two"];\r
\t// 🙂 $a_b\u2028

async (first) => {
  await load(${'x'.repeat(80)});${' '.repeat(1500)}y
}`;
const TEXTS = ['', '(', 'a b', '\n', 'x\n\ny', '\r\n'];
const ROUNDS = 300;

class RandomNumbers {
  #seed = 1;

  below(limit: number): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (this.#seed >> 8) % limit;
  }
}

describe('EditedText', () => {
  it('has the text and the mappings that magic-string makes of the same edits', () => {
    const random = new RandomNumbers();
    for (let round = 0; round < ROUNDS; round++) {
      // Edits at every fifth position, so that none is inside a replaced range.
      const length = ORIGINAL.length - (random.below(4) === 0 ? random.below(ORIGINAL.length) : 0);
      const original = ORIGINAL.slice(0, length);
      const steps = Math.floor(length / 5);
      const place = () => 5 * random.below(steps + 1);
      const replaced = Array.from({ length: random.below(4) }, place).filter((start) => start + 5 <= length);
      const inserted = Array.from({ length: random.below(20) }, () => ({
        position: place(),
        text: TEXTS[random.below(TEXTS.length)] ?? '',
        isAfter: random.below(2) === 0,
      }));
      const moved = Array.from({ length: random.below(3) }, () => [place(), place(), place()].sort((a, b) => a - b))
        .filter(([start = 0, end = 0, to = 0]) => start < end && to < length)
        .slice(0, 1);

      const expected = new MagicString(original);
      const positions = [...replaced.flatMap((start) => [start, start + 5]), ...moved.flat()];
      const text = new EditedText(original, new Set([...positions, ...inserted.map(({ position }) => position)]));
      for (const start of new Set(replaced)) {
        expected.update(start, start + 5, 'const ');
        text.replace(start, start + 5, 'const ');
      }
      for (const { position, text: insertion, isAfter } of inserted) {
        if (isAfter) {
          expected.appendLeft(position, insertion);
          text.insertAfter(position, insertion);
        } else {
          expected.appendRight(position, insertion);
          text.insertBefore(position, insertion);
        }
      }
      for (const [start = 0, end = 0, to = 0] of moved) {
        expected.move(start, end, to);
        text.move(start, end, to);
      }
      assert.equal(text.toString(), expected.toString());
      assert.equal(encodeMappings(text), expected.generateMap({ hires: 'boundary' }).mappings);
    }
  });

  it('has mappings with large numbers', () => {
    const original = `${'\n'.repeat(70_000)}${' '.repeat(70_000)}a`;
    const text = new EditedText(original, new Set([original.length - 1]));
    text.insertBefore(original.length - 1, '('.repeat(1_100_000));
    const expected = new MagicString(original).appendRight(original.length - 1, '('.repeat(1_100_000));
    assert.equal(encodeMappings(text), expected.generateMap({ hires: 'boundary' }).mappings);
  });
});
