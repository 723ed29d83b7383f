/**
 * The soak: a million flows, a thousand at a time, each with a different value.
 *
 * A flow has two stages. The stage's kind, one of nine, follows from the flow's number; each kind suspends once or
 * more. The flow checks its value after each suspension and in each callback. It must never read another flow's value,
 * or none. Between flows there must be no value. The soak counts the flows that read anything else.
 *
 * The values must become unreachable when their flows end. About a thousand of them are watched through weak references
 * and counted when all flows have ended and the garbage collector has run. Where the size of the heap can be read, it
 * is compared with the size after a fifth of the flows, by which time everything that is made only once exists.
 */
import type { Storage } from '../../suite/subject.js';

const CONCURRENT_FLOWS = 1000;
const STAGES_PER_FLOW = 2;
const WATCHED_VALUES = 1000;
/** The number of times that the garbage collector is run before a value counts as held. */
const MAX_COLLECTIONS = 20;

interface Value {
  readonly id: number;
}

/** Reads the current value, and records whether it is the flow's value. */
type CheckValue = () => void;
type Stage = (check: CheckValue) => Promise<void>;

declare const performance: { now(): number; readonly memory?: { readonly usedJSHeapSize: number } };

const resolved = Promise.resolve();

async function suspendAndCheck(check: CheckValue): Promise<void> {
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  check();
}

async function suspendAndReject(check: CheckValue): Promise<void> {
  await resolved;
  check();
  throw new Error('expected by the soak');
}

async function* suspendingGenerator(check: CheckValue): AsyncGenerator<number> {
  yield 1;
  await resolved;
  check();
  yield 2;
}

/** @param resumeFromOutside resolves later, through a message from outside all flows and an event */
const stagesWith = (resumeFromOutside: (resolve: () => void) => void): readonly Stage[] => [
  async () => {
    await resolved;
  },
  suspendAndCheck,
  async (check) => {
    await suspendAndCheck(check);
    await Promise.all([suspendAndCheck(check), resolved.then(check)]);
  },
  (check) =>
    new Promise((resolve) => {
      setTimeout(() => {
        check();
        resolve();
      }, 0);
    }),
  (check) =>
    new Promise((resolve) => {
      queueMicrotask(() => {
        check();
        resolve();
      });
    }),
  (check) => resolved.then(check).finally(check),
  (_check) => new Promise(resumeFromOutside),
  async (check) => {
    try {
      await suspendAndReject(check);
    } catch {
      check();
    } finally {
      check();
    }
  },
  async (check) => {
    for await (const _step of suspendingGenerator(check)) {
      check();
    }
  },
];

/** @returns figures, by their workloads' names in browser-suite.ts */
export async function soakFlows(storage: Storage, flowCount: number): Promise<Record<string, number>> {
  const watched: WeakRef<Value>[] = [];
  const watchInterval = Math.max(1, Math.floor(flowCount / WATCHED_VALUES));
  const { port1, port2 } = new MessageChannel();
  let sleeping: EventTarget[] = [];
  const stages = stagesWith((resolve) => {
    const target = new EventTarget();
    target.addEventListener('wake', () => resolve(), { once: true });
    sleeping.push(target);
    port2.postMessage(null);
  });
  let started = 0;
  let wrong = 0;
  let ended = 0;

  async function flow(value: Value): Promise<boolean> {
    let isRight = true;
    const check = () => {
      if (storage.getStore() !== value) isRight = false;
    };
    check();
    for (let i = 0, mix = value.id; i < STAGES_PER_FLOW; i++) {
      await stages[mix % stages.length]?.(check);
      check();
      mix = Math.floor(mix / stages.length) + value.id;
    }
    return isRight;
  }

  /** Runs one flow after another. */
  async function lane(until: number): Promise<void> {
    while (started < until) {
      const value: Value = { id: started++ };
      if (value.id % watchInterval === 0) watched.push(new WeakRef(value));
      const isRight = await storage.run(value, () => flow(value));
      if (!isRight || storage.getStore() !== undefined) wrong++;
      ended++;
    }
  }

  /** @returns the size of the heap after the flows */
  async function runFlows(until: number): Promise<number> {
    await Promise.all(Array.from({ length: CONCURRENT_FLOWS }, () => lane(until)));
    return heapSize();
  }

  port1.onmessage = () => {
    if (storage.getStore() !== undefined) wrong++;
    const woken = sleeping;
    sleeping = [];
    for (const target of woken) target.dispatchEvent(new Event('wake'));
  };
  try {
    const early = await runFlows(Math.floor(flowCount / 5));
    const before = ended;
    const late = await runFlows(flowCount);
    const growth = (late - early) / (ended - before);
    return {
      soak: wrong + (flowCount - ended),
      'soak-held': await countReachable(watched),
      ...(Number.isNaN(growth) ? {} : { 'soak-growth': growth }),
    };
  } finally {
    port1.close();
  }
}

/** Size of the heap in bytes, or NaN if the browser does not report it. */
async function heapSize(): Promise<number> {
  await collectGarbage();
  return performance.memory?.usedJSHeapSize ?? Number.NaN;
}

/** Each check is a separate job, because dereferencing a WeakRef keeps its target alive until the end of the job. */
async function countReachable(watched: readonly WeakRef<Value>[]): Promise<number> {
  let reachable = watched.length;
  for (let i = 0; i < MAX_COLLECTIONS && reachable > 0; i++) {
    await collectGarbage();
    reachable = watched.filter((reference) => reference.deref() !== undefined).length;
  }
  return reachable;
}

/** Calls the garbage collector if the browser exposes it. Otherwise allocates enough to trigger a collection. */
async function collectGarbage(): Promise<void> {
  const { gc, TestUtils } = globalThis as { gc?: () => unknown; TestUtils?: { gc(): Promise<void> } };
  if (TestUtils !== undefined) await TestUtils.gc();
  else if (gc !== undefined) gc();
  else for (let i = 0; i < 100; i++) Array.from({ length: 10_000 }, (_, index) => ({ index }));
  await new Promise<void>((resolve) => setTimeout(resolve, 10));
}
