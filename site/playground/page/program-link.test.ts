import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fragmentOf, programIn } from './program-link.js';

test('a link contains the program as base64url of its UTF-8 text', () => {
  assert.equal(fragmentOf('a'), '#code=YQ');
  assert.equal(fragmentOf('a', 'interception'), '#code=YQ&mode=interception');
  for (const program of ['', '?>~\n', 'console.log("größer 🙂");\n']) {
    const fragment = fragmentOf(program);
    assert.match(fragment, /^#code=[\w-]*$/);
    assert.deepEqual(programIn(fragment), { program, mode: 'transform' });
  }
  assert.deepEqual(programIn(fragmentOf('a', 'global')), { program: 'a', mode: 'global' });
});

test('a fragment without a program, and a damaged one, are not opened', () => {
  for (const fragment of ['', '#', '#heading', '#code=%', '#code=a', '#code=_w']) {
    assert.equal(programIn(fragment), undefined, fragment);
  }
  assert.equal(programIn('#code=YQ&mode=other')?.mode, 'transform');
});
