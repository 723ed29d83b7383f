import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => readFileSync(join(root, name), 'utf8');
/** @type {Record<string, string>} */
const editor = Object.fromEntries([...read('.editorconfig').matchAll(/^(\w+) = (.+)$/gm)].map(([, ...pair]) => pair));

test('.editorconfig has the format that biome.json demands', () => {
  const { indentStyle, indentWidth = 2, lineWidth, lineEnding = 'lf' } = JSON.parse(read('biome.json')).formatter;
  assert.deepEqual(
    {
      indent_style: editor.indent_style,
      indent_size: Number(editor.indent_size),
      max_line_length: Number(editor.max_line_length),
      end_of_line: editor.end_of_line,
    },
    { indent_style: indentStyle, indent_size: indentWidth, max_line_length: lineWidth, end_of_line: lineEnding },
  );
});

test('.gitattributes checks out the line ends that .editorconfig demands', (t) => {
  let attribute = '';
  try {
    attribute = execFileSync('git', ['check-attr', 'eol', '--', 'package.json'], { cwd: root, encoding: 'utf8' });
  } catch (error) {
    t.skip(`This is not a git checkout: ${error.message}`);
    return;
  }
  assert.equal(attribute.trim().split(': ').at(-1), editor.end_of_line);
});
