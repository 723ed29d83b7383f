/**
 * `npm run projects`: creates every project and prints a table with the reason of each failure. Words after the command
 * select the projects whose titles or groups contain one of them. With `--write`, it generates `docs/projects.md`, in
 * which the rows of other projects stay as they are.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_GROUPS, type Project } from './project.js';
import { PROJECTS } from './projects.js';
import { formatProjectsPage, type WorkingProject } from './projects-page.js';
import { packTarballs, runProject } from './run-project.js';
import { SharedInstalls } from './shared-installs.js';

const usage = `Usage: npm run projects -- [--write] [--without GROUP ...] [WORD ...]
  WORD             run the projects whose titles or groups contain one of the words
  --without GROUP  leave out a group: ${PROJECT_GROUPS.join(', ')}
  --write          write docs/projects.md; the rows of projects that are not run stay as they are`;

const { values, positionals } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    without: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const unknown = values.without.find((name) => !PROJECT_GROUPS.some((group) => group === name));
if (unknown !== undefined) {
  console.error(`There is no group ${unknown}.\n${usage}`);
  process.exit(2);
}
const words = positionals.map((word) => word.toLowerCase());
const isSelected = ({ title, group }: Project): boolean =>
  !values.without.includes(group) &&
  (words.length === 0 || words.some((word) => `${title}\n${group}`.toLowerCase().includes(word)));
// Here, every project that depends on something installs it.
const selected: readonly Project[] = PROJECTS.filter(isSelected).map((project) => ({
  ...project,
  isQuick: project.isQuick === true && project.dependencies === undefined,
}));
if (selected.length === 0) {
  console.error(`No project has a title or a group with ${positionals.join(' or ')}.\n${usage}`);
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), 'throughline-tarballs-'));
const working: WorkingProject[] = [];
const failures: string[] = [];

try {
  const tarballs = await packTarballs(folder);
  const fromNpm = selected.filter(({ isQuick }) => !isQuick);
  const installs = new SharedInstalls(fromNpm, join(folder, 'installs'));
  console.log(`${selected.length} projects with the packed packages on Node ${process.versions.node}\n`);
  const queue = [...selected];
  const width = Math.max(...selected.map(({ title }) => title.length));
  const runNext = async (): Promise<void> => {
    for (let project = queue.shift(); project !== undefined; project = queue.shift()) {
      const startTime = performance.now();
      let state = 'works';
      try {
        working.push({ project, versions: await runProject(project, tarballs, installs) });
      } catch (error) {
        state = 'FAILS';
        const reason = error instanceof Error ? error.message : String(error);
        failures.push(`${project.title}\n${reason.replace(/^/gm, '    ')}\n`);
      }
      const seconds = ((performance.now() - startTime) / 1000).toFixed(0);
      console.log(`${project.title.padEnd(width)}  ${state} ${seconds.padStart(4)} s`);
    }
  };
  await Promise.all([runNext(), runNext()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error(`\n${failures.join('\n')}`);
  process.exitCode = 1;
} else if (values.write) {
  const page = new URL('../../../docs/projects.md', import.meta.url);
  await writeFile(page, formatProjectsPage(PROJECTS, working, process.versions.node, await readFile(page, 'utf8')));
  console.log('\nUpdated docs/projects.md.');
}
