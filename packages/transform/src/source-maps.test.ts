import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { traceMappings } from './source-maps.js';

const MAP = { version: 3, file: '', names: [], sourcesContent: [], mappings: 'AAAA', sourceRoot: '' };

describe('the traced source map', () => {
  for (const [sourceRoot, source, base, expected] of [
    ['', 'a.ts', undefined, 'a.ts'],
    ['src', 'a.ts', undefined, 'src/a.ts'],
    ['src/', 'a.ts', undefined, 'src/a.ts'],
    ['../src', 'a.ts', 'file:///app/dist/a.js.map', 'file:///app/src/a.ts'],
    ['webpack://app', './a.ts', 'file:///app/dist/a.js.map', 'webpack://app/a.ts'],
  ] as const) {
    it(`leads to ${expected} from ${source} under the root ${JSON.stringify(sourceRoot)}`, () => {
      const { sources } = traceMappings('AAAA', { ...MAP, sources: [source], sourceRoot }, base);
      assert.deepEqual(sources, [expected]);
    });
  }

  it('has no position in a source without a name', () => {
    const sources = [null as unknown as string, 'a.ts'];
    const traced = traceMappings('AAAA,CAAC', { ...MAP, sources, mappings: 'AAAA,CCAA' });
    assert.deepEqual(traced.sources, ['a.ts']);
  });
});
