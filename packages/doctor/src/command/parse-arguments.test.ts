import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandLine, parseArguments, UsageError } from './parse-arguments.js';

function optionsOf(...args: string[]): CommandLine['options'] {
  const line = parseArguments([...args, '--enable-source-maps', 'app.js']);
  assert.ok(typeof line === 'object');
  assert.deepEqual(line.args, ['--enable-source-maps', 'app.js']);
  return line.options;
}

test('shared work and outlived values are looked for unless the options say otherwise', () => {
  const { sharedWork, outlived } = optionsOf();
  assert.deepEqual([sharedWork, outlived], [true, 60]);
  assert.equal(optionsOf('--no-shared-work').sharedWork, false);
  assert.equal(optionsOf('--outlived', '0.5', '--all').outlived, 0.5);
  assert.equal(optionsOf('--outlived', '0').outlived, 0);
});

test('the limit of outlived values must be a number of seconds', () => {
  for (const value of ['app.js', '-1', '', 'NaN']) {
    assert.throws(() => parseArguments(['--outlived', value, 'app.js']), UsageError);
  }
  assert.throws(() => parseArguments(['--outlived']), {
    message: '--outlived must be followed by a number of seconds, 0 or more, such as --outlived 10.',
  });
});
