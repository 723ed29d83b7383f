/** Random lists of names, in random formats, that are split between node:async_hooks and throughline. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrateProgram } from './migrate-program.js';
import { findModuleSites } from './module-sites.js';
import { SourceFile } from './source-file.js';

const COUNT = 500;
const NAMES = ['AsyncLocalStorage', 'AsyncResource', 'createHook', 'executionAsyncId', 'triggerAsyncId'];

/** A generator of random numbers below a limit, which a seed determines (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

type Random = (limit: number) => number;

function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random(choices.length)] ?? choices[0];
}

/** A list such as `{ a, b as c }`, with comments and line ends between its parts. */
function randomList(random: Random, lineEnd: string, asKeyword: string): string {
  let comments = 0;
  const space = () =>
    pick(random, ['', ' ', ' ', `${lineEnd}  `, ` /* ${comments++} */ `, ` // ${comments++}${lineEnd}\t`]);
  const names = NAMES.filter(() => random(2) === 0);
  if (names.length === 0) names.push(pick(random, ['AsyncResource', 'createHook']));
  if (random(2) === 0) names.reverse();
  const entries = names.map((name, index) => {
    return `${space()}${name}${random(3) === 0 ? `${asKeyword} local${index}` : ''}${space()}`;
  });
  return `{${entries.join(',')}${random(3) === 0 ? `,${space()}` : ''}}`;
}

function randomProgram(seed: number): string {
  const random = randomNumbers(seed);
  const lineEnd = pick(random, ['\n', '\r\n']);
  const quote = pick(random, ["'", '"']);
  const specifier = `${quote}${pick(random, ['node:async_hooks', 'async_hooks'])}${quote}`;
  const semicolon = pick(random, [';', '']);
  const statement = pick(random, [
    () => `import ${randomList(random, lineEnd, ' as')} from ${specifier}${semicolon}`,
    () => `export ${randomList(random, lineEnd, ' as')} from ${specifier}${semicolon}`,
    () => `const ${randomList(random, lineEnd, ':')} = require(${specifier})${semicolon}`,
    () => `{${lineEnd}  let ${randomList(random, lineEnd, ':')} = require(${specifier})${semicolon}${lineEnd}}`,
  ])();
  return `'use strict'${semicolon}${lineEnd}// before${lineEnd}${statement} // after${lineEnd}`;
}

/** What a program takes from both modules: `module name text`, without comments and spaces. */
function takenNames(code: string): string[] {
  const file = new SourceFile('a.js', code);
  const sites = findModuleSites(file, (specifier) => /async_hooks|throughline/.test(specifier));
  return sites
    .flatMap(({ specifier, taken, syntax }) => {
      assert.equal(taken.kind, 'names');
      const entries = taken.kind === 'names' ? taken.entries : [];
      return entries.map(({ name, node }) => {
        const text = file.textOf(node).replaceAll(/\/\*.*?\*\/|\/\/.*|\s/g, '');
        return `${syntax} ${specifier} ${name} ${text}`;
      });
    })
    .sort();
}

test('each name comes from the right module, and no comment is lost', () => {
  for (let seed = 1; seed <= COUNT; seed++) {
    const code = randomProgram(seed);
    const before = takenNames(code);
    const { outputs, leftovers } = migrateProgram([{ path: 'a.js', code, isInput: true }]);
    const output = outputs.get('a.js') ?? code;
    const label = `seed ${seed}\n${code}\n${output}`;
    const expected = before.map((entry) => {
      return / (?:AsyncLocalStorage|AsyncResource) /.test(entry)
        ? entry.replace(/(?:node:)?async_hooks/, 'throughline')
        : entry;
    });
    assert.deepEqual(takenNames(output), expected.sort(), label);
    assert.equal(leftovers.length, before.filter((entry) => / (?:create|execution|trigger)/.test(entry)).length, label);
    const comments = (text: string) => new SourceFile('a.js', text).comments.map(({ value }) => value.trim()).sort();
    assert.deepEqual(comments(output), comments(code), label);
    assert.equal(output.includes('\r'), code.includes('\r'), label);
    assert.doesNotMatch(output, /(?<!\r)\n(?=[\s\S]*\r\n)|\r\n(?=[\s\S]*(?<!\r)\n)/, label);
    assert.equal(migrateProgram([{ path: 'a.js', code: output, isInput: true }]).outputs.size, 0, label);
  }
});
