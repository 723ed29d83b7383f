/**
 * Runs files of test262 alone and with the insertions of the doctor, on the Node that runs this program, and prints what
 * differs as JSON. Every function is checked, and every call is a lost call.
 *
 *     THROUGHLINE_DOCTOR_FORCED=1 node test262-program.js CHECKOUT COUNT
 */
import { join } from 'node:path';
import { loadDoctor } from './checked-code.js';
import { runTest } from './run-test.js';
import { testFiles } from './test-file.js';

export interface Test262Result {
  /** Files in which functions are checked. */
  readonly files: number;
  /** How many of them pass alone, in sloppy and in strict code. */
  readonly passed: number;
  readonly differences: readonly string[];
}

const [folder = '', count = ''] = process.argv.slice(2);
const { insert, globals } = await loadDoctor();
// A test may leave a promise rejected.
process.on('unhandledRejection', () => undefined);
let files = 0;
let passed = 0;
const differences: string[] = [];
for (const test of testFiles(folder)) {
  if (files >= Number(count)) break;
  const variants = variantsOf(test.code, test.flags).map((code, index) => {
    const checked = insert(code, join(folder, 'test', `${test.name}.${index}.js`));
    return { code, checked };
  });
  if (variants.some(({ code, checked }) => code === checked)) continue;
  files++;
  const outcomes = [];
  for (const { code, checked } of variants) {
    const options = { folder, globals };
    outcomes.push({ alone: await runTest(test, code, options), checked: await runTest(test, checked, options) });
  }
  if (outcomes.every(({ alone }) => (alone === 'passed') !== test.isNegative)) passed++;
  for (const { alone, checked } of outcomes) {
    if (alone !== checked) differences.push(`${test.name}: ${alone} alone, ${checked} with checks`);
  }
}
const result: Test262Result = { files, passed, differences };
console.log(JSON.stringify(result));
process.exit();

/** A test runs in sloppy and in strict code, unless it is about one of them. */
function variantsOf(code: string, flags: readonly string[]): string[] {
  if (flags.includes('raw') || flags.includes('noStrict')) return [code];
  const strict = `'use strict';\n${code}`;
  return flags.includes('onlyStrict') ? [strict] : [code, strict];
}
