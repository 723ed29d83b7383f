/** One sample, in a process of its own: `sample.js <tool> <input> <pace>` prints one line of JSON. */
import { PACES } from '../pace.js';
import { pick } from '../pick.js';
import type { SampleAnswer } from '../place.js';
import { median } from '../statistics.js';
import { INPUTS } from './inputs.js';
import { transform } from './suite.js';
import type { Tool } from './tools/tool.js';

/** At most this many times after the one that warms up: the slowest tool needs seconds each time. */
const TIMES = 9;

async function figures([name = '', input, paceName]: readonly string[]): Promise<Record<string, number>> {
  pick(transform.subjects, name);
  const { tool }: { tool: Tool } = await import(`./tools/${name}.js`);
  if (input === undefined) return {};
  const { code, filename } = await pick(INPUTS, input)();
  const { laps, lapMs, warmUpMs } = pick(PACES, paceName);
  const size = Buffer.byteLength(code);
  const start = performance.now();
  let output = await tool(code, filename);
  while (performance.now() - start < warmUpMs) output = await tool(code, filename);
  const times: number[] = [];
  let left = laps * lapMs;
  while (times.length < TIMES && (left > 0 || times.length === 0)) {
    const before = performance.now();
    await tool(code, filename);
    const time = performance.now() - before;
    times.push(time);
    left -= time;
  }
  return {
    [input]: size / (median(times) / 1000),
    [`${input}-size`]: Buffer.byteLength(output.code) / size,
  };
}

const answer: SampleAnswer = { figures: await figures(process.argv.slice(2)), version: process.versions.node };
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
