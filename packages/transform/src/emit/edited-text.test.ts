import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
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

/** Every character but white space must have the same original. */
function assertSame(text: EditedText, expected: MagicString): void {
  const code = text.toString();
  assert.equal(code, expected.toString());
  const base = { version: 3, sources: ['file.js'], names: [] } as const;
  const { mappings } = expected.generateMap({ hires: 'boundary' });
  const [map, expectedMap] = [encodeMappings(text), mappings].map((text) => new TraceMap({ ...base, mappings: text }));
  if (map === undefined || expectedMap === undefined) throw new Error('no maps');
  for (const [index, line] of code.split('\n').entries()) {
    for (const { index: column } of line.matchAll(/[^\t\r ]/g)) {
      const position = { line: index + 1, column };
      assert.deepEqual(originalPositionFor(map, position), originalPositionFor(expectedMap, position));
    }
    assert.deepEqual(
      originalPositionFor(map, { line: index + 1, column: 0 }),
      originalPositionFor(expectedMap, { line: index + 1, column: 0 }),
    );
  }
  assert.ok(encodeMappings(text).length <= mappings.length);
}

describe('EditedText', () => {
  it('has the text that magic-string makes of the same edits, and is traced to the same positions', () => {
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
      assertSame(text, expected);
    }
  });

  it('has mappings with large numbers', () => {
    const original = `${'\n'.repeat(70_000)}${' '.repeat(70_000)}a`;
    const text = new EditedText(original, new Set([original.length - 1]));
    text.insertBefore(original.length - 1, '('.repeat(40_000));
    const expected = new MagicString(original).appendRight(original.length - 1, '('.repeat(40_000));
    assertSame(text, expected);
  });
});
