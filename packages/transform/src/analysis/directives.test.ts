import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { endOfDirectives } from './directives.js';

const codeAfterDirectives = (code: string) => code.slice(endOfDirectives(parseSync('file.js', code).program.body, 0));

it('endOfDirectives is the end of the last directive', () => {
  assert.equal(codeAfterDirectives(`'use strict'; "use client"\nf(); 'no directive';`), `\nf(); 'no directive';`);
});

it('endOfDirectives is the start if there is no directive', () => {
  assert.equal(codeAfterDirectives(`f(); 'use strict';`), `f(); 'use strict';`);
  assert.equal(codeAfterDirectives(`('use strict');`), `('use strict');`);
  assert.equal(codeAfterDirectives(''), '');
});
