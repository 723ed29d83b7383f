/** Runs a program on ours and on the runtime's own class, and says where the two differ. */
import type { Api } from './api.js';
import { isDifferent, paired } from './paired-implementation.js';
import type { Program } from './program.js';
import { RunOfProgram, type Trace } from './program-run.js';

export interface Failure {
  readonly kind: 'difference' | 'problem' | 'hung';
  readonly lines: readonly string[];
}

/** A program takes a few milliseconds. */
export const LIMIT_MS = 15_000;
const MOST_LINES = 6;

export async function check(program: Program, ours: Api, native: Api, limitMs: number): Promise<Failure | undefined> {
  const both = await execute(program, paired(native, ours), limitMs);
  if ('kind' in both) return both;
  const failure = differenceAtOnce(both);
  if (failure !== undefined || !program.ordered) return failure;

  const expected = await execute(program, native, limitMs);
  if ('kind' in expected) return expected;
  const actual = await execute(program, ours, limitMs);
  if ('kind' in actual) return actual;
  return differenceInTurn(expected, actual);
}

/** Each program has the process to itself, so every error that nobody handles meanwhile is its own. */
async function execute(program: Program, api: Api, limitMs: number): Promise<Trace | Failure> {
  const run = new RunOfProgram(program, api);
  const giveBack = takeOver(['unhandledRejection', 'uncaughtException'], (error) => run.noteUnhandled(error));
  let limit: NodeJS.Timeout | undefined;
  try {
    const ended = await Promise.race([
      fromRoot(() => run.execute()).then(() => true),
      new Promise<false>((resolve) => {
        limit = setTimeout(() => resolve(false), limitMs);
      }),
    ]);
    // Time for what a last promise sets off, and for Node to find that nobody handles it.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    if (run.problems.length > 0) return { kind: 'problem', lines: run.problems.slice(0, MOST_LINES) };
    if (!ended) return { kind: 'hung', lines: [`did not end in ${limitMs} ms; seen until then:`, ...show(run.trace)] };
    return run.trace;
  } finally {
    clearTimeout(limit);
    giveBack();
    run.dispose();
  }
}

/** An immediate of its own, so that what a program enters without leaving is gone with it. */
function fromRoot(execute: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => resolve(execute()));
  });
}

/** Test runners listen to these events as well, and take each for a failure of a test. */
function takeOver(
  events: readonly ('unhandledRejection' | 'uncaughtException')[],
  listener: (error: unknown) => void,
): () => void {
  const others = events.map((event) => process.rawListeners(event) as ((...args: unknown[]) => void)[]);
  for (const event of events) process.removeAllListeners(event).on(event, listener);
  return () => {
    for (const [index, event] of events.entries()) {
      process.off(event, listener);
      for (const other of others[index] ?? []) process.on(event, other);
    }
  };
}

/** Of each path, the first look that differs. */
function differenceAtOnce(trace: Trace): Failure | undefined {
  const lines: string[] = [];
  for (const [path, looks] of trace) {
    const index = looks.findIndex(isDifferent);
    if (index >= 0) lines.push(`at ${nameOf(path, index)}, both at once: ${looks[index]}`);
  }
  return lines.length === 0 ? undefined : { kind: 'difference', lines: lines.slice(0, MOST_LINES) };
}

function differenceInTurn(expected: Trace, actual: Trace): Failure | undefined {
  const lines: string[] = [];
  for (const path of new Set([...expected.keys(), ...actual.keys()])) {
    const native = expected.get(path) ?? [];
    const ours = actual.get(path) ?? [];
    const longer = native.length > ours.length ? native : ours;
    const index = longer.findIndex((_, at) => native[at] !== ours[at]);
    if (index < 0) continue;
    const seen = `native ${native[index] ?? 'nothing'}; ours ${ours[index] ?? 'nothing'}`;
    lines.push(`at ${nameOf(path, index)}, one after the other: ${seen}`);
  }
  return lines.length === 0 ? undefined : { kind: 'difference', lines: lines.slice(0, MOST_LINES) };
}

function show(trace: Trace): string[] {
  return [...trace].slice(-MOST_LINES).map(([path, looks]) => `at ${nameOf(path, 0)}: ${looks[0]}`);
}

function nameOf(path: string, index: number): string {
  const place = path === '' ? 'the start' : path;
  return index === 0 ? place : `${place}, time ${index + 1}`;
}
