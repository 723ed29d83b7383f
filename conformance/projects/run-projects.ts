/**
 * `npm run projects`: creates every project and prints a table with the reason of each failure. Words after the command
 * select the projects whose titles contain one of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECTS } from './projects.js';
import { packTarballs, runProject } from './run-project.js';

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const selected = PROJECTS.filter(
  ({ title }) => words.length === 0 || words.some((word) => title.toLowerCase().includes(word)),
);
const folder = await mkdtemp(join(tmpdir(), 'throughline-tarballs-'));
const failures: string[] = [];

try {
  const tarballs = await packTarballs(folder);
  console.log(`${selected.length} projects with the packed packages on Node ${process.versions.node}\n`);
  const queue = [...selected];
  const width = Math.max(...selected.map(({ title }) => title.length));
  const runNext = async (): Promise<void> => {
    for (let project = queue.shift(); project !== undefined; project = queue.shift()) {
      const startTime = performance.now();
      // Here, every project that depends on something installs it.
      const isQuick = project.isQuick === true && project.dependencies === undefined;
      const failure = await runProject({ ...project, isQuick }, tarballs).then(
        () => undefined,
        (error: Error) => error.message,
      );
      const seconds = ((performance.now() - startTime) / 1000).toFixed(0);
      console.log(
        `${project.title.padEnd(width)}  ${failure === undefined ? 'works' : 'FAILS'} ${seconds.padStart(4)} s`,
      );
      if (failure !== undefined) failures.push(`${project.title}\n${failure.replace(/^/gm, '    ')}\n`);
    }
  };
  await Promise.all([runNext(), runNext()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error(`\n${failures.join('\n')}`);
  process.exitCode = 1;
}
