/** The test runners of the suites. Mocha and Vitest run all files of a suite in one process. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseMochaReport, parseVitestReport } from './json-reports.js';
import type { Runner, TestFile } from './suite.js';
import { parseTap } from './tap.js';

export const ONE_FILE_MS = 60_000;
const ALL_FILES_MS = 900_000;

/** Node's own test runner, without the process that starts one for each file: the file is the program. */
export function nodeTest(...flags: readonly string[]): Runner {
  return {
    args: ({ name }, report) => [...flags, '--test-reporter=tap', `--test-reporter-destination=${report}`, name],
    timeoutMs: ONE_FILE_MS,
    parse: parseTap,
  };
}

/** @param args options, and the files */
export function mocha(...args: readonly string[]): Runner {
  return {
    args: (file, report) => [
      pathIn(file, 'mocha', 'bin/mocha.js'),
      '--reporter=json',
      '--reporter-option',
      `output=${report}`,
      // Otherwise, a socket that a test leaves open keeps the process running.
      '--exit',
      // It may name packages that are not installed.
      '--no-config',
      ...args,
    ],
    timeoutMs: ALL_FILES_MS,
    parse: parseMochaReport,
  };
}

/** @param args options, and the files */
export function vitest(...args: readonly string[]): Runner {
  return {
    args: (file, report) => [
      pathIn(file, 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=json',
      `--outputFile=${report}`,
      '--coverage.enabled=false',
      ...args,
    ],
    timeoutMs: ALL_FILES_MS,
    parse: parseVitestReport,
  };
}

/** Returns the path of a program of a package that the suite has installed. */
function pathIn({ folder }: TestFile, name: string, program: string): string {
  const require = createRequire(join(folder, 'package.json'));
  return join(dirname(require.resolve(`${name}/package.json`)), program);
}
