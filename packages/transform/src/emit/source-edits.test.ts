import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPERAND_DEPTH_OFFSET, SourceEdits } from './source-edits.js';

function apply(code: string, write: (edits: SourceEdits) => void): string {
  const edits = new SourceEdits();
  write(edits);
  return edits.apply(code, 'file.js').code;
}

describe('SourceEdits', () => {
  it('nests texts at one position as the nodes nest, in whichever order they are added', () => {
    const texts: ((edits: SourceEdits) => void)[] = [
      (edits) => edits.open(1, 4, '<4>'),
      (edits) => edits.open(1, 2, '<2>'),
      (edits) => edits.open(1, 2 + OPERAND_DEPTH_OFFSET, '<2.5>'),
      (edits) => edits.close(1, 3, '</3>'),
      (edits) => edits.close(1, 5, '</5>'),
    ];
    for (const ordered of [texts, texts.toReversed()]) {
      const code = apply('ab', (edits) => {
        for (const add of ordered) add(edits);
      });
      assert.equal(code, 'a</5></3><2><2.5><4>b');
    }
  });

  it('keeps the order of texts of one node', () => {
    const code = apply('ab', (edits) => {
      edits.open(1, 2, '1');
      edits.open(1, 2, '2');
    });
    assert.equal(code, 'a12b');
  });

  it('replaces a range', () => {
    assert.equal(
      apply('var a = 1', (edits) => edits.replace(0, 4, 'const ')),
      'const a = 1',
    );
  });

  it('moves a range together with what is inserted in it, between what is closed and opened at its target', () => {
    const code = apply('(a) {b}', (edits) => {
      edits.move(1, 2, 4);
      edits.close(1, 2, 'x');
      edits.open(1, 3, '[');
      edits.close(2, 3, ']');
      edits.close(4, 2, '{');
      edits.open(4, 2, '=x;');
    });
    assert.equal(code, '(x) {[a]=x;{b}');
  });

  it('returns a source map', () => {
    const edits = new SourceEdits();
    edits.open(2, 1, 'inserted');
    const { map } = edits.apply('a\nb', 'file.js');
    assert.deepEqual(map.sources, ['file.js']);
    assert.deepEqual(map.sourcesContent, ['a\nb']);
  });
});
