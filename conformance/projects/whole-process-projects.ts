/** Tools that work as before after `throughline/register`: test runners, loaders, and single executable applications. */
import { OUTPUT } from './programs.js';
import type { Command, Project } from './project.js';
import { singleExecutable } from './single-executable.js';

const PRINT_SUCCESS = ['node', '--print', `'${OUTPUT}'`] as const;

const IMPORT = ['--import', 'throughline/register'] as const;
const REQUIRE = ['-r', 'throughline/register'] as const;

const ASSERT_REPLACED = `
if (!(Symbol.for('throughline.replacement.1') in AsyncLocalStorage)) throw new Error('The class is not replaced.');
`;

/** A library that an application loads with `require`. */
const LIBRARY = `const { AsyncLocalStorage } = require('async_hooks');
exports.AsyncLocalStorage = AsyncLocalStorage;
exports.storage = new AsyncLocalStorage();
`;

/** Tests for a runner that has the functions of Jest as globals. The mocks are those of the runner. */
const tests = (mocks: string): string => `
const storage = new AsyncLocalStorage();
const later = () => new Promise((resolve) => setTimeout(resolve, 1));

describe.each(['a', 'b', 'c'])('flow %s', (name) => {
  beforeEach(() => storage.enterWith('hook'));
  test('keeps its value, also in fake timers', async () => {
    await storage.run(name, async () => {
      await later();
      expect([storage.getStore(), library.storage.getStore()]).toEqual([name, undefined]);
      await library.storage.run(name + name, later);
      ${mocks}.useFakeTimers();
      let read;
      setTimeout(() => { read = storage.getStore(); }, 1000);
      ${mocks}.advanceTimersByTime(1000);
      ${mocks}.useRealTimers();
      expect(read).toBe(name);
    });
  });
});

test('the class is that of Throughline, and its methods can be mocked', () => {
  expect(Symbol.for('throughline.replacement.1') in AsyncLocalStorage).toBe(true);
  expect(library.AsyncLocalStorage).toBe(AsyncLocalStorage);
  expect(report().native).toBe(0);
  const run = ${mocks}.spyOn(AsyncLocalStorage.prototype, 'run');
  storage.run('spied', () => expect(storage.getStore()).toBe('spied'));
  expect(run).toHaveBeenCalledTimes(1);
  run.mockRestore();
  ${mocks}.spyOn(storage, 'getStore').mockReturnValue('mocked');
  expect(storage.run('value', () => storage.getStore())).toBe('mocked');
  ${mocks}.restoreAllMocks();
});
`;

const JEST_TESTS = `const { AsyncLocalStorage } = require('node:async_hooks');
const { report } = require('throughline/register');
const library = require('./library.cjs');
${tests('jest')}`;

const VITEST_TESTS = `import { AsyncLocalStorage } from 'node:async_hooks';
import { report } from 'throughline/register';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import library from './library.cjs';
${tests('vi')}`;

const TYPESCRIPT_PROGRAM = `import { AsyncLocalStorage } from 'node:async_hooks';
import * as library from './library.cjs';
enum Step { Before, After }
const storage = new AsyncLocalStorage<string>();
if (library.AsyncLocalStorage !== AsyncLocalStorage) throw new Error('There are two classes.');
${ASSERT_REPLACED}
storage.run('${OUTPUT}', async () => {
  await new Promise((resolve) => setTimeout(resolve, Step.After));
  console.log(storage.getStore());
});
`;

/** The bundle contains register, which comes first in it, and the library. */
const EXECUTABLE = `import 'throughline/register';
import { AsyncLocalStorage } from 'node:async_hooks';
import * as throughline from 'throughline';
import library from './library.cjs';
for (const found of [library.AsyncLocalStorage, throughline.AsyncLocalStorage]) {
  if (found !== AsyncLocalStorage) throw new Error('There are two classes.');
}
${ASSERT_REPLACED}
library.storage.run('${OUTPUT}', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  console.log(library.storage.getStore());
});
`;

function executable(node: NonNullable<Project['node']>): Project {
  return {
    title: `A single executable application that contains \`throughline/register\`, on ${node.replace('node', 'Node ')}`,
    group: 'The whole process',
    node,
    ...singleExecutable({ 'main.mjs': EXECUTABLE, 'library.cjs': LIBRARY }),
    output: OUTPUT,
  };
}

const run = (...options: readonly string[]): Command => ['node', ...options, 'main.ts'];

export const WHOLE_PROCESS_PROJECTS: readonly Project[] = [
  {
    title: 'Jest 30 with `throughline/register`',
    group: 'The whole process',
    dependencies: { jest: '^30.0.0' },
    files: { 'library.cjs': LIBRARY, 'a.test.js': JEST_TESTS, 'b.test.js': JEST_TESTS },
    commands: [
      ['node', ...IMPORT, 'node_modules/jest/bin/jest.js', '--runInBand'],
      ['node', ...REQUIRE, 'node_modules/jest/bin/jest.js', '--maxWorkers=2'],
      ['node', ...IMPORT, 'node_modules/jest/bin/jest.js', '--maxWorkers=2', '--workerThreads'],
      PRINT_SUCCESS,
    ],
    output: OUTPUT,
  },
  {
    title: 'Vitest with `throughline/register`',
    group: 'The whole process',
    dependencies: { vitest: '^4.0.0' },
    files: { 'library.cjs': LIBRARY, 'a.test.mjs': VITEST_TESTS, 'b.test.mjs': VITEST_TESTS },
    commands: [
      ['node', ...IMPORT, 'node_modules/vitest/vitest.mjs', 'run', '--pool=forks'],
      ['node', ...IMPORT, 'node_modules/vitest/vitest.mjs', 'run', '--pool=threads'],
      PRINT_SUCCESS,
    ],
    output: OUTPUT,
  },
  {
    title: 'tsx with `throughline/register`, in either order',
    group: 'The whole process',
    dependencies: { tsx: '^4.0.0' },
    files: { 'library.cjs': LIBRARY, 'main.ts': TYPESCRIPT_PROGRAM },
    commands: [
      ['tsx', ...IMPORT, 'main.ts'],
      run(...IMPORT, '--import', 'tsx'),
      run(...REQUIRE, '--import', 'tsx'),
      run('--import', 'tsx', ...IMPORT),
    ],
    output: OUTPUT,
  },
  executable('node20'),
  executable('node26'),
];
