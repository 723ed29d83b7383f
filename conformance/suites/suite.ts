/**
 * The test suites of other projects, which `npm run suites` runs twice: alone, and with `throughline/register` or the
 * doctor loaded.
 *
 *     suite       the tests of one library
 *     test file   one process, and the report that it writes
 *     run         all test files of a suite, on one version of Node, alone or with a preload
 *     test        a name in a report. A test that passes alone must pass with the preload
 */
import type { NodeVersion } from './node-versions.js';
import type { Results } from './results.js';

/** A library, where its tests come from, and how they are run. */
export interface Suite {
  /** The title of its row. */
  readonly title: string;
  readonly source: NpmSource | CheckoutSource;
  /** What the library uses of `node:async_hooks` and `node:diagnostics_channel`, itself or in its tests. */
  readonly uses: string;
  /**
   * The development dependencies that its tests load. The range is that of the library's own manifest, unless it is
   * written after the name: `tsx@^4.20.0`.
   */
  readonly devDependencies: readonly string[];
  readonly runner: Runner;
  /** Matches the paths of its test files, with slashes, from its folder. Undefined if one process runs all of them. */
  readonly files?: RegExp;
  /** Test files that are not run, with the reason. */
  readonly without?: Readonly<Record<string, string>>;
  readonly differences?: readonly SuiteDifference[];
}

/** A package whose tarball contains its tests. */
export interface NpmSource {
  readonly package: string;
  readonly version: string;
}

/** A library whose tests are only in its repository, of which `--sources` has a checkout. */
export interface CheckoutSource {
  /** The name of the folder in `--sources`. */
  readonly checkout: string;
  /** The folder of the package in the repository, if it is not the repository's own. */
  readonly folder?: string;
}

/** How a test file is run, and how its report is read. */
export interface Runner {
  /**
   * Returns the arguments of Node.
   * @param report the path of the file to which the report is written
   */
  readonly args: (file: TestFile, report: string) => readonly string[];
  /** How long a process may take. */
  readonly timeoutMs: number;
  /** Reads a report. Undefined if the exit code is the only result. @param folder the folder of the suite */
  readonly parse?: (report: string, folder: string) => Results;
  /** Without a report: whether a process that has passed says in its output that it was skipped. */
  readonly isSkipped?: (output: string) => boolean;
}

/** Tests that pass alone only, for one reason. */
export interface SuiteDifference {
  /** The word of the preload. */
  readonly withPreload: 'registered' | 'checked';
  readonly nodes: readonly NodeVersion[];
  /** As `npm run suites` prints them. */
  readonly tests: readonly string[];
  /** Markdown. */
  readonly reason: string;
}

/** A program of a suite. */
export interface TestFile {
  /** Its path in the suite, with slashes; the title of the suite if one process runs all files. */
  readonly name: string;
  /** The folder in which it runs. */
  readonly folder: string;
  readonly runner: Runner;
}
