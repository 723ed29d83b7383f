/** Runs the examples of the public docblocks and of the README, and compares what they print with their comments. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expectedLines, runExample, testDocblocks } from '@throughline/testing/docblocks';

const packageFolder = new URL('../', import.meta.url);

testDocblocks({
  packageFolder,
  internalSubpaths: {
    './await': 'only code that was built with the transform calls these functions',
    './await-script': 'only scripts that were built with the transform load it',
  },
  // On Node, install() patches nothing unless the engine is that of browsers.
  nodeOptions: { 'install of ./web': ['--conditions=throughline-portable'] },
});

test('the examples of README.md print what their comments show', async () => {
  const text = readFileSync(new URL('README.md', packageFolder), 'utf8');
  const examples = [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  assert.notEqual(examples.length, 0, 'no example was found');
  for (const code of examples) {
    assert.notEqual(expectedLines(code).length, 0, `the example shows no output:\n${code}`);
    await runExample(code, { folder: fileURLToPath(packageFolder) });
  }
});
