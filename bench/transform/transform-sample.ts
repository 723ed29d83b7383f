/** One sample, in a process of its own: `sample.js <tool> <input> <pace>` prints one line of JSON. */

import { pick } from '../measure/require-entry.js';
import { median } from '../measure/statistics.js';
import type { SampleAnswer } from '../suite/environment.js';
import { PACES } from '../suite/sample-budget.js';
import type { Rewritten, Tool } from './subjects/async-rewriter.js';
import { loadTool } from './subjects/transform-subjects.js';
import { INPUTS } from './workloads/transform-inputs.js';

/** How often at most: the slowest tool needs seconds each time, and is timed once. */
const TIMES = 9;

async function figures([name = '', input, paceName]: readonly string[]): Promise<Record<string, number>> {
  const tool = await loadTool(name);
  if (input === undefined) return {};
  const { code, filename } = await pick(INPUTS, input)();
  const { laps, lapMs, warmUpMs } = pick(PACES, paceName);
  const size = Buffer.byteLength(code);
  await warmUp(tool, warmUpMs);
  const times: number[] = [];
  let output: Rewritten = { code };
  let left = laps * lapMs;
  do {
    const before = performance.now();
    output = await tool(code, filename);
    const time = performance.now() - before;
    times.push(time);
    left -= time;
  } while (left > 0 && times.length < TIMES);
  return {
    [input]: size / (median(times) / 1000),
    [`${input}-size`]: Buffer.byteLength(output.code) / size,
  };
}

/** With the smallest of the inputs, so that the slowest tool is warm in time. */
async function warmUp(tool: Tool, ms: number): Promise<void> {
  const { code, filename } = await pick(INPUTS, 'react-dom')();
  const start = performance.now();
  do await tool(code, filename);
  while (performance.now() - start < ms);
}

const answer: SampleAnswer = { figures: await figures(process.argv.slice(2)), version: process.versions.node };
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
