/** The test runners of the suites. Mocha, Jest and Vitest run all files of a suite in one process. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseJestReport, parseMochaReport } from './json-reports.js';
import type { Runner, TestFile } from './suite.js';
import { parseTap } from './tap.js';

/** Node's own test runner, without the process that starts one for each file: the file is the program. */
export function nodeTest(...flags: readonly string[]): Runner {
  return {
    args: ({ name }, report) => [...flags, '--test-reporter=tap', `--test-reporter-destination=${report}`, name],
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
      ...args,
    ],
    parse: parseMochaReport,
  };
}

/** @param args options, and the files */
export function jest(...args: readonly string[]): Runner {
  return {
    args: (file, report) => [
      pathIn(file, 'jest', 'bin/jest.js'),
      '--json',
      `--outputFile=${report}`,
      '--runInBand',
      ...args,
    ],
    parse: parseJestReport,
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
    parse: parseJestReport,
  };
}

/** Returns the path of a program of a package that the suite has installed. */
function pathIn({ folder }: TestFile, name: string, program: string): string {
  const require = createRequire(join(folder, 'package.json'));
  return join(dirname(require.resolve(`${name}/package.json`)), program);
}
