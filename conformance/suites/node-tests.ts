/**
 * Node's own tests for `AsyncLocalStorage`, `AsyncResource`, async hooks and diagnostics channels. They exist only in
 * Node's repository. The folder of `--node-tests` contains a checkout for each version, in a folder with the name of
 * its tag.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ONE_FILE_MS } from './runners.js';
import type { SuiteDifference, TestFile } from './suite.js';

export const NODE_SUITE = {
  title: 'Node’s own tests',
  uses: '`AsyncLocalStorage`, `AsyncResource`, async hooks, diagnostics channels',
  differences: [] as readonly SuiteDifference[],
};

const FILES = [
  { folder: 'test/async-hooks', pattern: /^test-.*\.m?js$/ },
  {
    folder: 'test/parallel',
    pattern: /^test-(?:als|async-hooks|async-local-storage|async-wrap|asyncresource|diagnostics-channel)-.*\.m?js$/,
  },
  {
    folder: 'test/parallel',
    pattern:
      /^test-(?:eventemitter-asyncresource|http2-async-local-storage|permission-diagnostics-channel|.*-async-hooks?-.*)\.m?js$/,
  },
  { folder: 'test/sequential', pattern: /^test-(?:async-wrap|diagnostics-channel)-.*\.m?js$/ },
];

/**
 * Returns the tag whose tests are run on a version of Node: the newest of the nearest major version. Tests of an older one
 * reject globals that were added since.
 * @param version the version of Node
 * @throws {Error} if there is none
 */
export function tagFor(version: string, folder: string): string {
  const distance = (tag: string) => Math.abs(majorOf(tag) - majorOf(version));
  const tags = readdirSync(folder)
    .filter((name) => /^v\d+\.\d+\.\d+$/.test(name))
    .sort((a, b) => distance(a) - distance(b) || b.localeCompare(a, 'en', { numeric: true }));
  const [tag] = tags;
  if (tag === undefined) {
    throw new Error(
      `${folder} has no tests for Node ${version}: it must contain checkouts of Node in folders such as v${version}.`,
    );
  }
  return tag;
}

const majorOf = (version: string) => Number.parseInt(version.replace(/^v/, ''), 10);

/**
 * Returns the test files of a checkout of Node. A test passes if its process ends with exit code 0.
 * @param version the version of Node that runs them
 */
export function findNodeTests(checkout: string, version: string): readonly TestFile[] {
  // The tests look at all globals. Reading `localStorage` prints a warning since Node 25, in a tick that tests of async
  // hooks would count.
  const options = majorOf(version) >= 25 ? ['--no-webstorage'] : [];
  return FILES.flatMap(({ folder, pattern }) =>
    readdirSync(join(checkout, folder))
      .filter((name) => pattern.test(name))
      .map((name) => {
        const path = join(checkout, folder, name);
        const flags = readFlags(readFileSync(path, 'utf8'));
        const runner = { args: () => [...options, ...flags, path], timeoutMs: ONE_FILE_MS, isSkipped };
        return { name: `${folder}/${name}`, folder: checkout, runner };
      }),
  );
}

const isSkipped = (output: string) => /^1\.\.0 # Skipped/m.test(output);

/** Returns the arguments of Node that a test names in its first lines: `// Flags: --expose-gc`. */
export function readFlags(code: string): readonly string[] {
  return [...code.matchAll(/^\/\/ Flags:(.*)$/gm)].flatMap(([, flags = '']) => flags.trim().split(/\s+/));
}
