/**
 * Metro can load a module where it is used first. The helpers of transformed code are then loaded within the call of the
 * first function, which can be a generator that has been started already.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transform } from '@throughline/transform';
import { build } from 'esbuild';
import { type EngineName, engines, evaluateInEngine } from './engines.js';

const IMPORT = /const\{([^}]*)\}=require\('throughline\/await'\);/;

/** Replaces each name of a helper by a `require`, as the option `inlineRequires` of Metro does. */
function inlineRequires(code: string): string {
  const [statement = '', bindings = ''] = IMPORT.exec(code) ?? [];
  assert.notEqual(statement, '');
  return bindings.split(',').reduce((result, binding) => {
    const [helper = '', name = helper] = binding.split(':');
    return result.replaceAll(new RegExp(`(?<![\\w$.])${name}(?=\\()`, 'g'), `require('throughline/await').${helper}`);
  }, code.replace(statement, ''));
}

const PROGRAM = `
const { AsyncLocalStorage } = require('throughline');
const storage = new AsyncLocalStorage();
const tick = () => new Promise((resolve) => setTimeout(resolve, 1));
async function* read() {
  for (let count = 0; count < 3; count++) {
    await tick();
    yield storage.getStore();
    await tick();
  }
}
const collect = (values, seen = []) =>
  values.next().then(({ done, value }) => (done ? seen : collect(values, [...seen, value])));
const collectFromTwoFlows = (values, flows, seen = []) =>
  flows.length === 0
    ? seen
    : storage
        .run(flows[0], () => values.next())
        .then(({ value }) => collectFromTwoFlows(values, flows.slice(1), [...seen, value]));
const first = START;
const second = storage.run('second', () => collect(read()));
Promise.all([first, second]).then((seen) => print(JSON.stringify(seen)));
`;

async function run(engine: EngineName, start: string): Promise<unknown> {
  const program = transform(PROGRAM.replace('START', start), { filename: 'program.cjs' });
  assert.ok(program);
  const result = await build({
    stdin: { contents: inlineRequires(program.code), resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    conditions: ['throughline-portable'],
    target: 'esnext',
  });
  return evaluateInEngine(engine, result.outputFiles[0]?.text ?? '');
}

for (const [key, engine] of Object.entries(engines)) {
  const name = key as EngineName;
  const skip = !engine.isInstalled() && `${engine.title} is not installed: npm run test:all installs it`;

  test(`${engine.title}: an async generator that loads the helpers keeps the frame of its flow`, { skip }, async () => {
    assert.deepEqual(await run(name, `storage.run('first', () => collect(read()))`), [
      ['first', 'first', 'first'],
      ['second', 'second', 'second'],
    ]);
  });

  test(`${engine.title}: an async generator that loads the helpers runs for each of its callers`, { skip }, async () => {
    assert.deepEqual(await run(name, `collectFromTwoFlows(read(), ['a', 'b', 'a'])`), [
      ['a', 'b', 'a'],
      ['second', 'second', 'second'],
    ]);
  });
}
