/** One sample, in a process of its own: `sample.js <tool> <input> <pace>` prints one line of JSON. */
import { PACES } from '../pace.js';
import { pick } from '../pick.js';
import type { SampleAnswer } from '../place.js';
import { median } from '../statistics.js';
import { INPUTS } from './inputs.js';
import { transform } from './suite.js';
import type { Rewritten, Tool } from './tools/tool.js';

/** How often at most: the slowest tool needs seconds each time, and is timed once. */
const TIMES = 9;

async function figures([name = '', input, paceName]: readonly string[]): Promise<Record<string, number>> {
  pick(transform.subjects, name);
  const { tool }: { tool: Tool } = await import(`./tools/${name}.js`);
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
