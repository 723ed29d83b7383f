/**
 * Prints how much of each package the tests ran, from what V8 recorded in every Node process that they started.
 *
 * The recording is Node's own (NODE_V8_COVERAGE). Its report is c8's: that of `node --test` fails on Node 20 for files with
 * source maps. V8 counts in the TypeScript sources, branches where it saw one, and type-only files not at all.
 */
import { relative, sep } from 'node:path';
import { Report } from 'c8';

/**
 * @param {string} recordings the folder that NODE_V8_COVERAGE named
 * @param {string} root the folder of the workspace
 */
export async function printCoverage(recordings, root) {
  const report = Report({
    tempDirectory: recordings,
    include: ['packages/*/src/**'],
    exclude: ['**/*.test.ts', '**/test/**'],
    extension: ['.ts'],
    excludeAfterRemap: true,
    excludeNodeModules: true,
    reporter: [],
    resolve: '',
  });
  const map = await report.getCoverageMapFromAllCoverageFiles();
  const packages = new Map();
  for (const file of map.files()) {
    const [, name] = relative(root, file).split(sep);
    const total = packages.get(name) ?? { lines: [0, 0], branches: [0, 0] };
    const summary = map.fileCoverageFor(file).toSummary();
    for (const kind of ['lines', 'branches']) {
      total[kind][0] += summary[kind].covered;
      total[kind][1] += summary[kind].total;
    }
    packages.set(name, total);
  }
  const cell = ([covered, total]) => `${((100 * covered) / total).toFixed(1).padStart(5)} % of ${total}`.padEnd(18);
  console.log('\nCoverage of the Node tests (what only browsers, Bun, Deno or workerd run is not counted as covered)');
  for (const [name, { lines, branches }] of [...packages].sort()) {
    console.log(`  packages/${name.padEnd(12)} lines ${cell(lines)} branches ${cell(branches)}`.trimEnd());
  }
}
