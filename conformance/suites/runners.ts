/** The test runners of the suites. Mocha, Jest and Vitest run all files of a suite in one process. */
import { join } from 'node:path';
import { parseJestReport, parseMochaReport } from './json-reports.js';
import type { Runner } from './suite.js';
import { parseTap } from './tap.js';

/** Node's own test runner, without the process that starts one for each file: the file is the program. */
export function nodeTest(...flags: readonly string[]): Runner {
  return {
    args: (report, file) => [...flags, '--test-reporter=tap', `--test-reporter-destination=${report}`, file],
    parse: parseTap,
  };
}

/** @param args options, and the files */
export function mocha(...args: readonly string[]): Runner {
  const program = join('node_modules', 'mocha', 'bin', 'mocha.js');
  return {
    // Without --exit, a socket that a test leaves open keeps the process running.
    args: (report) => [program, '--exit', '--reporter=json', '--reporter-option', `output=${report}`, ...args],
    parse: parseMochaReport,
  };
}

/** @param args options, and the files */
export function jest(...args: readonly string[]): Runner {
  const program = join('node_modules', 'jest', 'bin', 'jest.js');
  return {
    args: (report) => [program, '--json', `--outputFile=${report}`, '--runInBand', ...args],
    parse: parseJestReport,
  };
}

/** @param args options, and the files */
export function vitest(...args: readonly string[]): Runner {
  const program = join('node_modules', 'vitest', 'vitest.mjs');
  return {
    args: (report) => [program, 'run', '--reporter=json', `--outputFile=${report}`, ...args],
    parse: parseJestReport,
  };
}
