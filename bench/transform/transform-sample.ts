/**
 * The program that takes one sample in its own process: `transform-sample.js <subject> <input> <budget>` prints the
 * outcome as one line of JSON. `transform-sample.js <subject>` only checks whether the tool can be loaded.
 */
import { requireEntry } from '../measure/require-entry.js';
import { median } from '../measure/statistics.js';
import type { SampleOutcome } from '../suite/environment.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import type { AsyncRewriter, RewrittenCode } from './subjects/async-rewriter.js';
import { loadRewriter } from './subjects/transform-subjects.js';
import { TRANSFORM_INPUTS } from './workloads/transform-inputs.js';

/** At most this many runs are timed. The slowest tool takes seconds per run, so it is timed only once. */
const MAX_RUNS = 9;

async function takeFigures([name, inputName, budgetName]: readonly string[]): Promise<Record<string, number>> {
  const rewrite = await loadRewriter(name);
  if (inputName === undefined) return {};
  const { code, filename } = await requireEntry(TRANSFORM_INPUTS, inputName)();
  const { lapCount, lapMs, warmUpMs } = requireEntry(SAMPLE_BUDGETS, budgetName);
  const size = Buffer.byteLength(code);
  await warmUp(rewrite, warmUpMs);
  const times: number[] = [];
  let output: RewrittenCode = { code };
  let leftMs = lapCount * lapMs;
  do {
    const before = performance.now();
    output = await rewrite(code, filename);
    const time = performance.now() - before;
    times.push(time);
    leftMs -= time;
  } while (leftMs > 0 && times.length < MAX_RUNS);
  return {
    [inputName]: size / (median(times) / 1000),
    [`${inputName}-size`]: Buffer.byteLength(output.code) / size,
  };
}

/** Uses the smallest input, so that even the slowest tool is warm within the budget. */
async function warmUp(rewrite: AsyncRewriter, ms: number): Promise<void> {
  const { code, filename } = await requireEntry(TRANSFORM_INPUTS, 'react-dom')();
  const start = performance.now();
  do await rewrite(code, filename);
  while (performance.now() - start < ms);
}

const outcome: SampleOutcome = { figures: await takeFigures(process.argv.slice(2)), version: process.versions.node };
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
