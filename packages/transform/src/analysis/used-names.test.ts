import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { findUsedNames } from './used-names.js';

function usedNames(code: string, isScript = false): string[] {
  const { program, errors } = parseSync('file.tsx', code, { sourceType: 'unambiguous' });
  assert.deepEqual(errors, []);
  return [...findUsedNames(program, code, [], '_[abc]\\d*', isScript)].sort();
}

describe('findUsedNames', () => {
  it('returns the names that are identifiers, wherever they are', () => {
    assert.deepEqual(usedNames('let _a; _b(() => { class A { m(_c) {} } }); const { x: [_a1] } = _b2;'), [
      '_a',
      '_a1',
      '_b',
      '_b2',
      '_c',
    ]);
  });

  it('returns names that are written with escapes', () => {
    assert.deepEqual(usedNames('let \\u005fa, \\u{5f}b, _\\u0063, \\u{00005F}\\u{61}\\u0031;'), [
      '_a',
      '_a1',
      '_b',
      '_c',
    ]);
  });

  it('returns names in JSX', () => {
    assert.deepEqual(usedNames('const x = <_a.b><_c /></_a.b>;'), ['_a', '_c']);
  });

  it('returns names in decorators that precede what they decorate', () => {
    assert.deepEqual(usedNames('@_a export class A { @_b x; m(@_c y) {} }'), ['_a', '_b', '_c']);
    assert.deepEqual(usedNames('@_a export default class {}'), ['_a']);
  });

  it('does not return other names', () => {
    assert.deepEqual(usedNames('let _x, x_a, $_a, _a_, _aa, é_a, _aé, a; class A { #_b; }'), []);
  });

  it('does not return names that only occur in strings, comments, templates and regular expressions', () => {
    assert.deepEqual(usedNames("'_a'; /* _b */ `_c`; /_a/; '\\u005fb'; // _c"), []);
  });

  it('returns every word of the text if an eval can reach the scope', () => {
    assert.deepEqual(usedNames(`eval('var _a'); /* _b */ f('\\u005fc \\x5fa1');`), ['_a', '_a1', '_b', '_c']);
    assert.deepEqual(usedNames(`\\u0065val('_a');`), ['_a']);
  });

  it('returns every word of the text if there is a with statement', () => {
    const code = `with /* … */ ({ '_a': 1 }) {}`;
    const { program } = parseSync('file.cjs', code, { sourceType: 'commonjs' });
    assert.deepEqual([...findUsedNames(program, code, [], '_[abc]\\d*', false)], ['_a']);
  });

  it('returns every word of the text of a classic script, whose names are global', () => {
    assert.deepEqual(usedNames(`window['_a'] = 1; window._b;`, true), ['_a', '_b']);
  });
});
