/**
 * `npm run bench:sessions`: measures what sessions cost under contention, and what a value costs, and writes both tables
 * to docs/performance.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isNotInstalled } from '@throughline/testing/databases';
import { type Contention, SharedSessions } from './contention.js';
import { STORE_NAMES } from './counted-stores.js';
import { measureValueCosts, type ValueCost } from './value-cost.js';

const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));
const START_MARKER = '<!-- sessions:start -->';
const END_MARKER = '<!-- sessions:end -->';

const WRITER_COUNTS = [100, 300, 900];

try {
  const tables = [await contentionTable(), valueTable(measureValueCosts())].join('\n\n');
  console.log(tables);
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(START_MARKER);
  const end = page.indexOf(END_MARKER);
  if (start === -1 || end < start) throw new Error(`${PAGE} must contain ${START_MARKER} and then ${END_MARKER}.`);
  writeFileSync(PAGE, `${page.slice(0, start + START_MARKER.length)}\n\n${tables}\n\n${page.slice(end)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function contentionTable(): Promise<string> {
  const columns = WRITER_COUNTS.map((count) => `${count} writers`);
  const rows = [`| Store, ${process.version} | ${columns.join(' | ')} |`, `| --- |${' --: |'.repeat(columns.length)}`];
  for (const name of STORE_NAMES) {
    const started = await SharedSessions.start(name);
    if (isNotInstalled(started)) {
      rows.push(`| ${name} |${` ${started.reason} |`.repeat(columns.length)}`);
      continue;
    }
    await using shared = started;
    // The first requests of a process compile the code.
    await shared.measure(100);
    const cells: string[] = [];
    for (const count of WRITER_COUNTS) cells.push(contentionCell(await shared.measure(count)));
    rows.push(`| ${name} | ${cells.join(' | ')} |`);
  }
  return rows.join('\n');
}

function contentionCell({ writerCount, savedCount, commandsPerWrite, milliseconds }: Contention): string {
  const failures = savedCount === writerCount ? '' : `, ${writerCount - savedCount} failed`;
  return `${commandsPerWrite.toFixed(1)} commands each, ${milliseconds.toFixed(0)} ms${failures}`;
}

function valueTable(costs: readonly ValueCost[]): string {
  const rows = costs.map(({ title, bytes, set, stringify, ratio }) => {
    return `| ${title} | ${bytes} | ${set.toFixed(1)} µs | ${stringify.toFixed(1)} µs | ${ratio.toFixed(2)} |`;
  });
  return [
    `| Value, ${process.version} | Bytes | \`set()\` | \`JSON.stringify\` | Ratio |`,
    '| --- | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}
