/**
 * The functions of the global object that a script uses and that an engine without a runtime does not have: timers,
 * `queueMicrotask`, `console` and, for tests, `gc`. This script runs first, so the patches find the functions as they
 * find those of a browser.
 *
 * There is no clock. While no code runs, only a timer can continue the script, so the time of the next one comes at
 * once: an engine needs a second for all conformance cases, and a case that never ends costs nothing.
 */

/** What the process around the engine provides. */
interface EngineHost {
  /** Prints a line. */
  print(text: string): void;
  /** Hermes: runs a function in a task of its own, after the jobs of promises. It ignores the delay. */
  setTimeout?(task: () => void, delay: number): void;
  /** Hermes: queues a job. */
  readonly HermesInternal?: { enqueueJob?(job: () => void): void };
  /** Set here, and called by the process that embeds QuickJS: runs the next timer, and returns whether there was one. */
  runNextTimer?(): boolean;
  /** Set here, and called by a script that has ended although its timers have not. */
  clearAllTimers?(): void;
}

interface Timer {
  readonly id: number;
  readonly callback: (...args: unknown[]) => void;
  readonly args: readonly unknown[];
  /** Milliseconds between two calls of an interval. */
  readonly interval: number | undefined;
  /** When the callback is called next. */
  time: number;
}

const host = globalThis as unknown as EngineHost;
const { print, setTimeout: runInTask } = host;
const enqueueJob = host.HermesInternal?.enqueueJob ?? enqueueReaction;

const timers = new Map<number, Timer>();
let lastId = 0;
let now = 0;

function addTimer(callback: Timer['callback'], delay: number, args: readonly unknown[], isInterval: boolean): number {
  const milliseconds = Math.max(1, delay);
  const interval = isInterval ? milliseconds : undefined;
  lastId++;
  timers.set(lastId, { id: lastId, callback, args, interval, time: now + milliseconds });
  return lastId;
}

function clearTimer(id: number): void {
  timers.delete(id);
}

function runNextTimer(): boolean {
  let next: Timer | undefined;
  // Timers of the same time run in the order in which they were set, in which a Map has them.
  for (const timer of timers.values()) if (next === undefined || timer.time < next.time) next = timer;
  if (next === undefined) return false;
  now = next.time;
  if (next.interval === undefined) timers.delete(next.id);
  else next.time = now + next.interval;
  next.callback(...next.args);
  return true;
}

/** The `then` that the patches replace later. */
const nativeThen = Promise.prototype.then;
const resolved = Promise.resolve();

function enqueueReaction(job: () => void): void {
  void nativeThen.call(resolved, job);
}

function log(...values: unknown[]): void {
  print(values.map(String).join(' '));
}

// As in a browser, the functions are enumerable.
Object.assign(globalThis, {
  setTimeout: (callback: Timer['callback'], delay = 0, ...args: unknown[]) => addTimer(callback, delay, args, false),
  setInterval: (callback: Timer['callback'], delay = 0, ...args: unknown[]) => addTimer(callback, delay, args, true),
  clearTimeout: clearTimer,
  clearInterval: clearTimer,
  queueMicrotask: (job: () => void) => enqueueJob(job),
  console: { log, info: log, debug: log, warn: log, error: log },
  runNextTimer,
  clearAllTimers: () => timers.clear(),
});

/** QuickJS collects cycles when enough was allocated since the last time: allocates until it has collected one. */
function collectGarbage(): void {
  const collected = new WeakRef(createCycle());
  while (collected.deref() !== undefined) createCycle();
}

function createCycle(): object {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  return cycle;
}

if (!('gc' in globalThis)) Object.assign(globalThis, { gc: collectGarbage });

/** Runs one timer in each task of Hermes. The process that embeds QuickJS does so itself. */
function runTimersInTasks(): void {
  runInTask?.(() => {
    let isPending = true;
    try {
      isPending = runNextTimer();
    } finally {
      if (isPending) runTimersInTasks();
    }
  }, 0);
}

runTimersInTasks();
