/**
 * The command of `npm run fuzz`: runs random programs on Throughline and on the runtime's own class, for a given time.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadImplementation } from '../implementations.js';
import { formatFinding } from './format-finding.js';
import { SeedTester } from './seed-tester.js';

const HELP = `Runs random programs of asynchronous code on Throughline and on the runtime's own AsyncLocalStorage, and compares them.

  npm run fuzz -- [--minutes N] [--seed S]

  --minutes N  how long to run, in minutes; fractions are allowed. Default: 1
  --seed S     the seed of the first program, an integer; each program after it has the next integer. Default: random
  --help       show this text

Exits with code 0 if all programs had the same values on both, 1 if some did not, 2 for an invalid option.`;

const MAX_FAILURES = 10;
const PROGRESS_INTERVAL_MS = { terminal: 200, file: 10_000 };

interface Options {
  readonly minutes: number;
  readonly seed: number;
}

class UsageError extends Error {}

function readOptions(args: string[]): Options | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const minutes = Number(values.minutes ?? 1);
  if (!(minutes > 0 && minutes < Number.POSITIVE_INFINITY)) {
    throw new UsageError(`--minutes must be a number above 0, but it is "${values.minutes}".`);
  }
  const seed = values.seed ?? String(randomInt(2 ** 31));
  if (!/^\d{1,10}$/.test(seed)) {
    throw new UsageError(`--seed must be an integer of up to ten digits, but it is "${seed}".`);
  }
  return { minutes, seed: Number(seed) };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { minutes: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Returns the number of programs that failed. */
async function fuzz({ minutes, seed }: Options): Promise<number> {
  const tester = new SeedTester(await loadImplementation('throughline'), await loadImplementation('native'));
  const { stdout } = process;
  const interval = stdout.isTTY ? PROGRESS_INTERVAL_MS.terminal : PROGRESS_INTERVAL_MS.file;
  const start = performance.now();
  const end = start + minutes * 60_000;
  let programs = 0;
  let failures = 0;
  const progress = (): string => {
    const perSecond = Math.round(programs / ((performance.now() - start) / 1000));
    return `${programs} programs, ${failures} failures, ${perSecond} programs per second`;
  };
  const write = (text: string) => stdout.write(stdout.isTTY ? `\r\x1b[K${text}` : `${text}\n`);

  console.log(`The first seed is ${seed}.`);
  let nextProgress = start + interval;
  while (performance.now() < end && failures < MAX_FAILURES) {
    const finding = await tester.test(seed + programs++);
    if (finding !== undefined) {
      failures++;
      write(`${formatFinding(finding)}\n`);
    }
    if (performance.now() < nextProgress) continue;
    nextProgress = performance.now() + interval;
    write(progress());
  }
  write(`${progress()}${stdout.isTTY ? '\n' : ''}`);
  return failures;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else process.exitCode = (await fuzz(options)) === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
