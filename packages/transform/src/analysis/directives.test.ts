import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { endOfDirectives } from './directives.js';

const rest = (code: string) => code.slice(endOfDirectives(parseSync('file.js', code).program.body, 0));

it('endOfDirectives is the end of the last directive', () => {
  assert.equal(rest(`'use strict'; "use client"\nf(); 'no directive';`), `\nf(); 'no directive';`);
});

it('endOfDirectives is the start if there is no directive', () => {
  assert.equal(rest(`f(); 'use strict';`), `f(); 'use strict';`);
  assert.equal(rest(`('use strict');`), `('use strict');`);
  assert.equal(rest(''), '');
});
