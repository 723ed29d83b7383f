/** Bundlers drop what a page does not use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundlePage } from './added-bytes.js';

async function bundledText(exported: string, specifier: string): Promise<string> {
  const contents = `export ${exported} from '${specifier}';`;
  const stdin = { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) };
  return new TextDecoder().decode(await bundlePage({ stdin }));
}

for (const [specifier, name, unused] of [
  ['throughline', 'AsyncContext', /AsyncLocalStorage|AsyncResource/],
  ['throughline', 'AsyncLocalStorage', /AsyncContext|AsyncResource/],
  ['throughline', 'AsyncResource', /AsyncContext|AsyncLocalStorage/],
  ['throughline/web', 'install', /AsyncContext|AsyncLocalStorage|AsyncResource/],
  ['throughline/await', 'guardedCall', /async ?function ?\*/],
] as const) {
  test(`a page that imports ${name} from ${specifier} contains nothing of the other exports`, async () => {
    assert.doesNotMatch(await bundledText(`{ ${name} }`, specifier), unused);
    // Otherwise the pattern would match nothing because of its own mistake.
    if (specifier !== 'throughline/web') assert.match(await bundledText('* as all', specifier), unused);
  });
}
