/**
 * Prints how much of each package the tests ran, from what V8 recorded in every Node process that they started.
 *
 * The recording is Node's own (NODE_V8_COVERAGE). The report is made by c8, because that of `node --test` fails on Node
 * 20 for files with source maps. Lines and branches are those of the TypeScript sources.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Report } from 'c8';

/** The URLs of the compiled sources of the packages; c8 fails on recordings of `data:` URLs. */
const PACKAGE_SOURCE = /^file:.*\/packages\/\w+\/(?:dist|lib)\//;

/**
 * @param {string} recordings the folder that NODE_V8_COVERAGE named
 * @param {string} root the folder of the workspace
 */
export async function printCoverage(recordings, root) {
  for (const name of readdirSync(recordings)) keepPackageSources(join(recordings, name));
  const report = Report({
    tempDirectory: recordings,
    include: ['packages/*/src/**'],
    exclude: ['**/*.test.ts'],
    extension: ['.ts'],
    excludeAfterRemap: true,
    excludeNodeModules: true,
    reporter: [],
    resolve: '',
  });
  const coverage = await report.getCoverageMapFromAllCoverageFiles();
  const packages = new Map();
  for (const file of coverage.files()) {
    const [, name] = relative(root, file).split(sep);
    const total = packages.get(name) ?? { lines: [0, 0], branches: [0, 0] };
    const summary = coverage.fileCoverageFor(file).toSummary();
    for (const kind of ['lines', 'branches']) {
      total[kind][0] += summary[kind].covered;
      total[kind][1] += summary[kind].total;
    }
    packages.set(name, total);
  }
  console.log(
    '\nCoverage of the tests in Node (code that only browsers, Bun, Deno or workerd run counts as not covered)',
  );
  for (const [name, { lines, branches }] of [...packages].sort()) {
    console.log(`  packages/${name.padEnd(10)} lines ${format(lines)}   branches ${format(branches)}`);
  }
}

function format([covered, total]) {
  return `${((100 * covered) / total).toFixed(1).padStart(5)}% of ${String(total).padStart(4)}`;
}

/** Removes all other scripts from a recording. A process that was killed while it wrote leaves no valid recording. */
function keepPackageSources(file) {
  let recording;
  try {
    recording = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    recording = {};
  }
  const sourceMaps = Object.entries(recording['source-map-cache'] ?? {});
  const kept = {
    result: (recording.result ?? []).filter(({ url }) => PACKAGE_SOURCE.test(url)),
    'source-map-cache': Object.fromEntries(sourceMaps.filter(([url]) => PACKAGE_SOURCE.test(url))),
  };
  writeFileSync(file, JSON.stringify(kept));
}
