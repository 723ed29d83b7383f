/** Runs a program on Throughline and on the runtime's own class, and returns where the two differ. */
import { hasMismatch, pairImplementations } from './paired-implementation.js';
import type { Program } from './program.js';
import type { ProgramApi } from './program-api.js';
import { ProgramRun, type Trace } from './program-run.js';

export interface Failure {
  /** The values differ, the program caused an error that it does not contain, or it did not end. */
  readonly kind: 'difference' | 'error' | 'hung';
  readonly lines: readonly string[];
}

/** A program usually takes a few milliseconds. */
export const DEFAULT_TIMEOUT_MS = 15_000;
const MAX_LINES = 6;

/**
 * Runs the program on both implementations at the same time. If its events have a fixed order, it is also run on each
 * of them in turn.
 *
 * @returns how the program fails, or undefined if the implementations agree
 */
export async function compareImplementations(
  program: Program,
  ours: ProgramApi,
  native: ProgramApi,
  timeoutMs: number,
): Promise<Failure | undefined> {
  const pairTrace = await traceOf(program, pairImplementations(native, ours), timeoutMs);
  if ('kind' in pairTrace) return pairTrace;
  const failure = findMismatches(pairTrace);
  if (failure !== undefined || !program.isOrdered) return failure;

  const nativeTrace = await traceOf(program, native, timeoutMs);
  if ('kind' in nativeTrace) return nativeTrace;
  const ourTrace = await traceOf(program, ours, timeoutMs);
  if ('kind' in ourTrace) return ourTrace;
  return compareTraces(nativeTrace, ourTrace);
}

/** Only one program runs at a time, so every unhandled error in the meantime belongs to it. */
async function traceOf(program: Program, api: ProgramApi, timeoutMs: number): Promise<Trace | Failure> {
  const run = new ProgramRun(program, api);
  const restoreListeners = replaceListeners(['unhandledRejection', 'uncaughtException'], (error) =>
    run.noteUnhandled(error),
  );
  let timer: NodeJS.Timeout | undefined;
  try {
    const hasEnded = await Promise.race([
      runFromRoot(() => run.execute()).then(() => true),
      new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), timeoutMs);
      }),
    ]);
    // Two more turns, in which the last promise can still cause events and Node detects unhandled rejections.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    if (run.errors.length > 0) return { kind: 'error', lines: run.errors.slice(0, MAX_LINES) };
    if (!hasEnded) {
      return { kind: 'hung', lines: [`did not end in ${timeoutMs} ms; its trace so far:`, ...lastLines(run.trace)] };
    }
    return run.trace;
  } finally {
    clearTimeout(timer);
    restoreListeners();
    run.dispose();
  }
}

/**
 * Runs a function in a separate immediate, so that a value which it enters and does not leave ends with the immediate.
 */
function runFromRoot(execute: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => resolve(execute()));
  });
}

/**
 * Replaces the listeners of events of the process. Test runners listen to these events as well, and would count each
 * one as a failed test.
 *
 * @returns a function that restores the listeners
 */
function replaceListeners(
  events: readonly ('unhandledRejection' | 'uncaughtException')[],
  listener: (error: unknown) => void,
): () => void {
  const replaced = events.map((event) => process.rawListeners(event) as ((...args: unknown[]) => void)[]);
  for (const event of events) process.removeAllListeners(event).on(event, listener);
  return () => {
    for (const [index, event] of events.entries()) {
      process.off(event, listener);
      for (const other of replaced[index] ?? []) process.on(event, other);
    }
  };
}

/** Finds the first mismatch of each path in the trace of a pair. */
function findMismatches(trace: Trace): Failure | undefined {
  const lines: string[] = [];
  for (const [path, entries] of trace) {
    const index = entries.findIndex(hasMismatch);
    if (index >= 0) lines.push(`at ${formatPosition(path, index)}, both at once: ${entries[index]}`);
  }
  return lines.length === 0 ? undefined : { kind: 'difference', lines: lines.slice(0, MAX_LINES) };
}

/** Finds the first difference of each path in the traces of two runs. */
function compareTraces(nativeTrace: Trace, ourTrace: Trace): Failure | undefined {
  const lines: string[] = [];
  for (const path of new Set([...nativeTrace.keys(), ...ourTrace.keys()])) {
    const native = nativeTrace.get(path) ?? [];
    const ours = ourTrace.get(path) ?? [];
    const longer = native.length > ours.length ? native : ours;
    const index = longer.findIndex((_, position) => native[position] !== ours[position]);
    if (index < 0) continue;
    const values = `native ${native[index] ?? 'nothing'}; ours ${ours[index] ?? 'nothing'}`;
    lines.push(`at ${formatPosition(path, index)}, one after the other: ${values}`);
  }
  return lines.length === 0 ? undefined : { kind: 'difference', lines: lines.slice(0, MAX_LINES) };
}

function lastLines(trace: Trace): string[] {
  return [...trace].slice(-MAX_LINES).map(([path, entries]) => `at ${formatPosition(path, 0)}: ${entries[0]}`);
}

function formatPosition(path: string, index: number): string {
  const position = path === '' ? 'the start' : path;
  return index === 0 ? position : `${position}, time ${index + 1}`;
}
