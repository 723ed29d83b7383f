import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { FreeNames } from './free-names.js';

function namesFor(code: string, isScript = false): FreeNames {
  return new FreeNames(parseSync('file.js', code).program, code, [], isScript);
}

describe('FreeNames', () => {
  it('returns one name for each purpose', () => {
    const names = namesFor('');
    assert.equal(names.variable('call'), '_f');
    assert.equal(names.variable('call'), '_f');
    assert.equal(names.helper('asyncCall'), '_asyncCall');
    assert.equal(names.unused(12), '_unused12');
  });

  it('adds the first number that makes a used name another one', () => {
    const names = namesFor('let _f, _f1, _v1, _asyncCall;');
    assert.equal(names.variable('call'), '_f2');
    assert.equal(names.variable('result'), '_v');
    assert.equal(names.helper('asyncCall'), '_asyncCall1');
  });

  it('does not return the same name for two purposes', () => {
    const names = namesFor('let _unused2;');
    assert.equal(names.unused(2), '_unused21');
    assert.equal(names.unused(21), '_unused211');
  });

  it('has a longer prefix for classic scripts', () => {
    assert.equal(namesFor('', true).variable('call'), '_throughline_f');
    assert.equal(namesFor('window._throughline_f', true).variable('call'), '_throughline_f1');
  });

  it('lists the helpers that were named, in the order of their declaration', () => {
    const names = namesFor('let _asyncCall;');
    names.helper('wrapReturn');
    names.variable('call');
    names.helper('asyncCall');
    assert.deepEqual(names.namedHelpers, [
      ['asyncCall', '_asyncCall1'],
      ['wrapReturn', '_wrapReturn'],
    ]);
  });
});
