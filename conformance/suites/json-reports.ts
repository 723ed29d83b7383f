/** Reads the JSON reports of Mocha and Vitest. */
import { relative, sep } from 'node:path';
import { type Outcome, ResultCollector, type Results } from './results.js';

interface MochaReport {
  readonly passes: readonly MochaTest[];
  readonly failures: readonly MochaTest[];
  readonly pending: readonly MochaTest[];
}

interface MochaTest {
  readonly file: string;
  readonly fullTitle: string;
}

/** Returns the tests of a report of Mocha's reporter `json`. @param folder the folder from which files are named */
export function parseMochaReport(report: string, folder: string): Results {
  const { passes, failures, pending } = JSON.parse(report) as MochaReport;
  const collector = new ResultCollector();
  const add = (tests: readonly MochaTest[], outcome: Outcome) => {
    for (const { file, fullTitle } of tests) collector.add(nameOf(folder, file, fullTitle), outcome);
  };
  add(passes, 'passed');
  add(failures, 'failed');
  add(pending, 'skipped');
  return collector.results;
}

interface VitestReport {
  readonly testResults: readonly {
    /** The path of the file. */
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Returns the tests of a report of Vitest's reporter `json`. @param folder the folder from which files are named */
export function parseVitestReport(report: string, folder: string): Results {
  const collector = new ResultCollector();
  for (const { name, assertionResults } of (JSON.parse(report) as VitestReport).testResults) {
    for (const { fullName, status } of assertionResults) {
      collector.add(nameOf(folder, name, fullName), outcomeOf(status));
    }
  }
  return collector.results;
}

const nameOf = (folder: string, file: string, title: string) =>
  `${relative(folder, file).replaceAll(sep, '/')} > ${title}`;

function outcomeOf(status: string): Outcome {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}
