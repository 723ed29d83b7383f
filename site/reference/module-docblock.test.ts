import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readModuleDocblock } from './module-docblock.js';

describe('readModuleDocblock()', () => {
  it('returns the text, the examples and the addresses of the docblock of a file', () => {
    const source = [
      '/**',
      ' * Opens doors.',
      ' *',
      ' *     a diagram',
      ' * @example',
      ' * open();',
      ' * @see https://example.org',
      ' */',
      "import { a } from 'a';",
    ].join('\n');
    deepEqual(readModuleDocblock(source), {
      description: 'Opens doors.\n\n    a diagram',
      examples: ['open();'],
      see: ['https://example.org'],
    });
  });

  it('knows it from the docblock of the first declaration', () => {
    equal(readModuleDocblock('/** A door. */\nexport interface Door {}\n').description, '');
    equal(readModuleDocblock('/** Doors. */\nexport { type Door, open } from "door";\n').description, 'Doors.');
    equal(readModuleDocblock('/** Doors. */\n\nexport interface Door {}\n').description, 'Doors.');
    equal(readModuleDocblock('export {};\n').description, '');
  });
});
