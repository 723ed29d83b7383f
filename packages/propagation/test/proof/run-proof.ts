/**
 * `npm run propagation`: sends requests through two services, a queue and two workers in separate processes, kills workers
 * and Redis meanwhile, and counts the values that a step has read wrongly or not at all.
 *
 *     npm run propagation -- [--requests 100000] [--connections 300] [--kills 10] [--restarts 2] [--write]
 *
 * The exit code is 1 if a value was wrong or missing, or if a job was not handled. `--write` writes the counts to
 * docs/propagation-queues.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isNotInstalled } from '@throughline/testing/databases';
import { type ProofResult, runProof } from './proof.js';

const PAGE = fileURLToPath(new URL('../../../../../docs/propagation-queues.md', import.meta.url));

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '300' },
    kills: { type: 'string', default: '10' },
    restarts: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});

function readCount(name: 'requests' | 'connections' | 'kills' | 'restarts', min: number): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= min) return count;
  throw new Error(`--${name}: expected a whole number of at least ${min}, but got ${values[name]}.`);
}

/** Replaces the lines between two comments of the page. */
async function writeTable(table: string): Promise<void> {
  const text = await readFile(PAGE, 'utf8');
  const [start, end] = ['<!-- npm run propagation -->', '<!-- end of npm run propagation -->'];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${PAGE} has no lines between "${start}" and "${end}".`);
  await writeFile(PAGE, `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`);
}

const format = (count: number) => count.toLocaleString('en');

function rowsOf(result: ProofResult): [name: string, count: string][] {
  return [
    ['requests', format(result.requests)],
    ['requests sent again while Redis was down', format(result.resent)],
    ['jobs', format(result.jobs)],
    ['workers killed with SIGKILL', format(result.kills)],
    ['restarts of Redis', format(result.restarts)],
    ['attempts after a failure', format(result.retried)],
    ['attempts after their worker was killed', format(result.restarted)],
    ['values read', format(result.reads)],
    ['wrong values', format(result.wrong)],
    ['missing values', format(result.missing)],
  ];
}

let shown = 0;
const requests = readCount('requests', 1);
const connections = readCount('connections', 1);
const result = await runProof({
  requests,
  connections,
  kills: readCount('kills', 0),
  restarts: readCount('restarts', 0),
  onProgress(jobs) {
    const tenth = Math.floor((jobs / requests) * 10);
    if (tenth > shown) console.log(`${tenth * 10}% of the jobs have been handled`);
    shown = tenth;
  },
});
if (isNotInstalled(result)) {
  console.log(`${result.reason}. Nothing was counted.`);
  process.exitCode = 1;
} else {
  const rows = rowsOf(result);
  for (const [name, count] of rows) console.log(`${name.padEnd(40)}${count.padStart(12)}`);
  console.log(`${connections} connections, ${result.seconds.toFixed(0)} s on Node ${process.version}`);
  if (result.wrong + result.missing > 0 || result.jobs < requests) process.exitCode = 1;
  if (values.write) {
    const head = [`| Over ${connections} connections | |`, '|---|---|'];
    await writeTable([...head, ...rows.map(([name, count]) => `| ${name} | ${count} |`)].join('\n'));
  }
}
