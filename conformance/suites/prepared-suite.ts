/** A suite that is ready to run: its files are available locally, and their dependencies are installed. */
import { join } from 'node:path';
import { runtimes } from '../runtimes/runtimes.js';
import { findTestFiles, installSuite } from './install-suite.js';
import { findNodeTests, type NODE_SUITE, tagFor } from './node-tests.js';
import type { NodeVersion } from './node-versions.js';
import type { Suite, SuiteDifference, TestFile } from './suite.js';

export interface PreparedSuite {
  readonly title: string;
  readonly uses: string;
  readonly differences: readonly SuiteDifference[];
  /** Returns the files for a version of Node, and the version of the tests. */
  readonly on: (node: NodeVersion) => { readonly version: string; readonly files: readonly TestFile[] };
}

/** The folders of the checkouts, as `--help` explains them. */
export interface Checkouts {
  readonly sources: string | undefined;
  readonly nodeTests: string | undefined;
}

/** Returns the option that names a checkout which the suite needs and which is missing. */
export function missingOption(suite: Suite | typeof NODE_SUITE, checkouts: Checkouts): string | undefined {
  if (!('source' in suite)) return checkouts.nodeTests === undefined ? '--node-tests' : undefined;
  return 'checkout' in suite.source && checkouts.sources === undefined ? '--sources' : undefined;
}

/** Installs a suite of a library. Node's own tests need nothing. */
export async function prepareSuite(suite: Suite | typeof NODE_SUITE, checkouts: Checkouts): Promise<PreparedSuite> {
  const { title, uses, differences = [] } = suite;
  if ('source' in suite) {
    const { folder, version } = await installSuite(suite, checkouts.sources);
    const files = findTestFiles(suite, folder).map((name) => ({ name, folder, runner: suite.runner }));
    return { title, uses, differences, on: () => ({ version, files }) };
  }
  const { nodeTests = '' } = checkouts;
  return {
    title,
    uses,
    differences,
    on(node) {
      const version = tagFor(runtimes[node].version, nodeTests);
      return { version, files: findNodeTests(join(nodeTests, version), runtimes[node].version) };
    },
  };
}
