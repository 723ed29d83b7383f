/**
 * `npm run registered`: runs applications with `throughline/register` and agents, in every way, on Node 20, 22 and 26,
 * and prints the result of each way. Arguments select the applications whose titles contain one of them. With
 * `--write`, it updates `results.json` and the tables of `docs/register.md`.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packTarballs, type Versions, withProject } from '../run-project.js';
import { formatRegisterTables, replaceRegisterTables } from './register-page.js';
import { REGISTER_PROJECTS } from './register-projects.js';
import { AGENTS, NODES, type RegisteredApp, waysOf } from './registered-app.js';
import { mergeResults, readResults, type WayResult, writeResults } from './results.js';
import { runWay } from './run-registered-app.js';

const usage = `Usage: npm run registered -- [--write] [--agent AGENT] [--node NODE] [WORD ...]
  WORD     run the applications whose titles contain one of the words
  --agent  run them with one agent: ${AGENTS.join(', ')}
  --node   run them on one version of Node: ${NODES.join(', ')}
  --write  keep the results, and update docs/register.md`;

const { values, positionals } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    agent: { type: 'string' },
    node: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const words = positionals.map((word) => word.toLowerCase());
const isSelected = ({ title }: RegisteredApp) =>
  words.length === 0 || words.some((word) => title.toLowerCase().includes(word));
const selectedWays = (app: RegisteredApp) =>
  waysOf(app).filter(
    ({ agent, node }) =>
      (values.agent === undefined || agent === values.agent) && (values.node === undefined || node === values.node),
  );
const projects = REGISTER_PROJECTS.map((project) => ({
  project,
  ways: project.apps.filter(isSelected).flatMap((app) => selectedWays(app).map((way) => ({ app, way }))),
})).filter(({ ways }) => ways.length > 0);
if (projects.length === 0) {
  console.error(`Nothing is selected.\n${usage}`);
  process.exit(2);
}

const stateOf = ({ problem, problemWithoutRegister }: WayResult) => {
  if (problem === undefined) return 'right';
  return problemWithoutRegister === undefined ? 'WRONG' : 'wrong, without register too';
};

const results: WayResult[] = [];
const versions: Record<string, Versions> = {};
const folder = await mkdtemp(join(tmpdir(), 'throughline-tarballs-'));
try {
  const tarballs = await packTarballs(folder);
  for (const { project, ways } of projects) {
    console.log(`${project.title}: ${ways.length} ways`);
    await withProject(project, tarballs, async (created) => {
      const queue = [...ways];
      const runNext = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const startTime = performance.now();
          const result = await runWay(next.app, next.way, created);
          results.push(result);
          const { node, agent, format, order } = next.way;
          const seconds = ((performance.now() - startTime) / 1000).toFixed(0);
          console.log([next.app.title, node, agent, format, order, stateOf(result), `${seconds} s`].join(', '));
          if (result.problem !== undefined) console.log(result.problem.split('\n').slice(0, 30).join('\n'));
        }
      };
      await Promise.all([runNext(), runNext()]);
      versions[project.title] = await created.readVersions(Object.keys(project.dependencies ?? {}));
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const count = results.filter(({ problem }) => problem === undefined).length;
console.log(`${count} of ${results.length} ways are right.`);
if (
  results.some(({ problem, problemWithoutRegister }) => problem !== undefined && problemWithoutRegister === undefined)
) {
  process.exitCode = 1;
}
if (values.write) {
  const merged = mergeResults(await readResults(), { versions, ways: results });
  await writeResults(merged);
  const page = new URL('../../../../docs/register.md', import.meta.url);
  const tables = formatRegisterTables(REGISTER_PROJECTS, merged);
  await writeFile(page, replaceRegisterTables(await readFile(page, 'utf8'), tables));
  console.log('Updated docs/register.md.');
}
