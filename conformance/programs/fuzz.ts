/** `npm run fuzz`: random programs on ours and on the runtime's own class, for as long as wanted. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadImplementation } from '../implementations.js';
import { Examiner, report } from './examiner.js';

const HELP = `Runs random programs of async code on Throughline and on the runtime's own AsyncLocalStorage, and compares.

  npm run fuzz -- [--minutes N] [--seed S]

  --minutes N  how long, 1 if not given; a part of a minute is fine
  --seed S     the first program's seed, a whole number; the next program's is S + 1. Random if not given
  --help       this text

Ends with exit code 0 where all programs saw the same values, 1 where some did not, 2 for a wrong option.`;

const MOST_FAILURES = 10;
const PROGRESS_MS = { terminal: 200, file: 10_000 };

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
    throw new UsageError(`--minutes takes a number above 0; this is "${values.minutes}".`);
  }
  const seed = values.seed ?? String(randomInt(2 ** 31));
  if (!/^\d{1,10}$/.test(seed)) throw new UsageError(`--seed takes a whole number; this is "${seed}".`);
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

/** The number of programs that failed. */
async function fuzz({ minutes, seed }: Options): Promise<number> {
  const examiner = new Examiner(await loadImplementation('throughline'), await loadImplementation('native'));
  const { stdout } = process;
  const interval = stdout.isTTY ? PROGRESS_MS.terminal : PROGRESS_MS.file;
  const start = performance.now();
  const end = start + minutes * 60_000;
  let programs = 0;
  let failures = 0;
  const progress = (): string => {
    const perSecond = Math.round(programs / ((performance.now() - start) / 1000));
    return `${programs} programs, ${failures} failures, ${perSecond} programs a second`;
  };
  const write = (text: string) => stdout.write(stdout.isTTY ? `\r\x1b[K${text}` : `${text}\n`);

  console.log(`The first seed is ${seed}.`);
  let next = start + interval;
  while (performance.now() < end && failures < MOST_FAILURES) {
    const finding = await examiner.examine(seed + programs++);
    if (finding !== undefined) {
      failures++;
      write(`${report(finding)}\n`);
    }
    if (performance.now() < next) continue;
    next = performance.now() + interval;
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
