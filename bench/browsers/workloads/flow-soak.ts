/**
 * A million flows, a thousand at a time, each with a value of its own. A flow goes through two stops, each with one or more
 * suspensions, of kinds that follow from its number; it reads its value after each of them and in each callback, and must
 * never read another one's or none. Between flows there must be none. What counts is how many flows have read anything else.
 *
 * The values are to go when their flows end: a thousandth of them are watched, and counted when all flows are over and the
 * collector has been at work. Where the size of the heap can be read, it is compared with what it was after a fifth of the
 * flows, which is enough for all that is made once.
 */
import type { Storage } from '../../suite/subject.js';

const AT_ONCE = 1000;
const STOPS = 2;
const WATCHED = 1000;
/** How often the collector is given work before what is still held counts. */
const COLLECTIONS = 20;

interface Value {
  readonly id: number;
}

/** Reads the current value, and notes whether it is the one that it should be. */
type Look = () => void;
type Kind = (look: Look) => Promise<void>;

declare const performance: { now(): number; readonly memory?: { readonly usedJSHeapSize: number } };

const resolved = Promise.resolve();

async function suspended(look: Look): Promise<void> {
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  look();
}

async function rejected(look: Look): Promise<void> {
  await resolved;
  look();
  throw new Error('as it should');
}

async function* generated(look: Look): AsyncGenerator<number> {
  yield 1;
  await resolved;
  look();
  yield 2;
}

/** @param wake resolves later, by way of a message from outside of all flows and an event */
const kindsOf = (wake: (resolve: () => void) => void): readonly Kind[] => [
  async () => {
    await resolved;
  },
  suspended,
  async (look) => {
    await suspended(look);
    await Promise.all([suspended(look), resolved.then(look)]);
  },
  (look) =>
    new Promise((resolve) => {
      setTimeout(() => {
        look();
        resolve();
      }, 0);
    }),
  (look) =>
    new Promise((resolve) => {
      queueMicrotask(() => {
        look();
        resolve();
      });
    }),
  (look) => resolved.then(look).finally(look),
  (_look) => new Promise(wake),
  async (look) => {
    try {
      await rejected(look);
    } catch {
      look();
    } finally {
      look();
    }
  },
  async (look) => {
    for await (const _step of generated(look)) {
      look();
    }
  },
];

/** @returns figures, by the names that suite.ts has for them */
export async function soak(storage: Storage, flows: number): Promise<Record<string, number>> {
  const watched: WeakRef<Value>[] = [];
  const every = Math.max(1, Math.floor(flows / WATCHED));
  const { port1, port2 } = new MessageChannel();
  let asleep: EventTarget[] = [];
  const kinds = kindsOf((resolve) => {
    const target = new EventTarget();
    target.addEventListener('wake', () => resolve(), { once: true });
    asleep.push(target);
    port2.postMessage(null);
  });
  let started = 0;
  let wrong = 0;
  let ended = 0;

  async function flow(value: Value): Promise<boolean> {
    let isRight = true;
    const look = () => {
      if (storage.getStore() !== value) isRight = false;
    };
    look();
    for (let i = 0, mix = value.id; i < STOPS; i++) {
      await kinds[mix % kinds.length]?.(look);
      look();
      mix = Math.floor(mix / kinds.length) + value.id;
    }
    return isRight;
  }

  async function lane(until: number): Promise<void> {
    while (started < until) {
      const value: Value = { id: started++ };
      if (value.id % every === 0) watched.push(new WeakRef(value));
      const isRight = await storage.run(value, () => flow(value));
      if (!isRight || storage.getStore() !== undefined) wrong++;
      ended++;
    }
  }

  async function goOn(until: number): Promise<number> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => lane(until)));
    return usedHeap();
  }

  port1.onmessage = () => {
    if (storage.getStore() !== undefined) wrong++;
    const woken = asleep;
    asleep = [];
    for (const target of woken) target.dispatchEvent(new Event('wake'));
  };
  try {
    const early = await goOn(Math.floor(flows / 5));
    const before = ended;
    const late = await goOn(flows);
    const growth = (late - early) / (ended - before);
    return {
      soak: wrong + (flows - ended),
      'soak-held': await stillHeld(watched),
      ...(Number.isNaN(growth) ? {} : { 'soak-growth': growth }),
    };
  } finally {
    port1.close();
  }
}

/** In bytes, where it can be read. */
async function usedHeap(): Promise<number> {
  await collect();
  return performance.memory?.usedJSHeapSize ?? Number.NaN;
}

/** Watched values are seen in a job of their own, since a job that has seen one holds it. */
async function stillHeld(watched: readonly WeakRef<Value>[]): Promise<number> {
  let held = watched.length;
  for (let i = 0; i < COLLECTIONS && held > 0; i++) {
    await collect();
    held = watched.filter((reference) => reference.deref() !== undefined).length;
  }
  return held;
}

/** Asks the collector where it can be asked, and gives it something to do where not. */
async function collect(): Promise<void> {
  const { gc, TestUtils } = globalThis as { gc?: () => unknown; TestUtils?: { gc(): Promise<void> } };
  if (TestUtils !== undefined) await TestUtils.gc();
  else if (gc !== undefined) gc();
  else for (let i = 0; i < 100; i++) Array.from({ length: 10_000 }, (_, index) => ({ index }));
  await new Promise<void>((resolve) => setTimeout(resolve, 10));
}
