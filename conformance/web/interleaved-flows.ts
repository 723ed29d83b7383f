/// <reference lib="dom" />
/**
 * Flows that settle each other's promises, on a page whose `Promise` another library may have replaced. Each flow reads
 * its value in every kind of callback and after every kind of `await`, and code in the root reads as well. One flow
 * settles the promises of all others in one segment, so that a library with a queue of its own calls the reactions of
 * all flows while it empties the queue once.
 */
import { AsyncLocalStorage } from 'throughline';
import { countReadings, type Readings } from './readings.js';

interface Gate {
  readonly promise: Promise<unknown>;
  readonly open: () => void;
  readonly fail: () => void;
}

const ROOT = undefined;
/** es6-shim has neither `finally` nor `allSettled`. */
const hasFinally = () => 'finally' in Promise.prototype;

function createGate(): Gate {
  let open = () => {};
  let fail = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = () => reject(new Error('The gate of another flow'));
  });
  return { promise, open, fail };
}

/** Runs the flows. The program that bundles this file decides how its `await`s are compiled. */
export async function readInterleavedFlows(
  storage: AsyncLocalStorage<number> = new AsyncLocalStorage(),
  flowCount = 20,
): Promise<Readings> {
  const { readings, check } = countReadings(storage);
  const see =
    (what: string, expected: number | undefined) =>
    <T>(passed?: T): T | undefined => {
      check(what, expected);
      return passed;
    };

  const gates = Array.from({ length: flowCount }, createGate);
  const failing = Array.from({ length: flowCount }, createGate);
  const rootGate = createGate();
  const lateGate = createGate();
  const rootEnds = [
    rootGate.promise.then(see('then in the root', ROOT)),
    ...(hasFinally() ? [rootGate.promise.finally(see('finally in the root', ROOT))] : []),
    (async () => {
      await rootGate.promise;
      check('await in the root', ROOT);
    })(),
  ];

  /** Settles the promises of all flows, from within one of them. */
  const settleAll = (): void => {
    for (const gate of gates) gate.open();
    for (const gate of failing) gate.fail();
    rootGate.open();
  };

  async function readPromises(id: number): Promise<void> {
    const gate = gates[(id + 1) % flowCount] as Gate;
    const { promise: failed } = failing[(id + 2) % flowCount] as Gate;
    await Promise.all([
      Promise.resolve(1).then(see('then', id)),
      gate.promise.then(see('then of a shared promise', id)),
      gate.promise.then(() => 1).then(see('then of then', id)),
      failed.catch(see('catch', id)),
      failed.then(undefined, see('the second argument of then', id)),
      Promise.all([gate.promise, 1]).then(see('then of all', id)),
      Promise.race([gate.promise]).then(see('then of race', id)),
      Promise.resolve().then(() => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable
        then(resolve: (value: unknown) => void) {
          check('a thenable that a reaction returns', id);
          resolve(1);
        },
      })),
      lateGate.promise.then(see('then of a promise that the root resolves', id)),
      ...(hasFinally()
        ? [
            Promise.allSettled([gate.promise, failed]).then(see('then of allSettled', id)),
            gate.promise.finally(see('finally', id)),
            failed.finally(see('finally after a rejection', id)).catch(see('catch after finally', id)),
          ]
        : []),
    ]);
    check('await of all', id);
  }

  async function readAwaits(id: number): Promise<void> {
    const gate = gates[(id + 3) % flowCount] as Gate;
    await gate.promise;
    check('await of a shared promise', id);
    await Promise.resolve(1);
    check('await of Promise.resolve()', id);
    await new Promise((resolve) => setTimeout(resolve, id % 3));
    check('await of new Promise()', id);
    await (async () => {})();
    check('await of an async function', id);
    await fetch('data:,text');
    check('await of fetch()', id);
    try {
      await (failing[id] as Gate).promise;
    } catch {
      check('catch after await', id);
    } finally {
      check('finally after await', id);
    }
    for await (const value of [Promise.resolve(1), 2]) check(`for await, step ${value}`, id);
    await undefined;
    check('await of undefined', id);
  }

  const read = (what: string, id: number, start: (callback: () => void) => void): Promise<unknown> =>
    new Promise((resolve) => {
      start(() => resolve(check(what, id)));
    });

  function readCallbacks(id: number): Promise<unknown> {
    const reads = [
      read('setTimeout()', id, (callback) => setTimeout(callback, id % 2)),
      read('queueMicrotask()', id, queueMicrotask),
      read('setInterval()', id, (callback) => {
        const timer = setInterval(() => {
          clearInterval(timer);
          callback();
        }, 1);
      }),
      read('a reaction during dispatchEvent()', id, (callback) => {
        // zone.js empties its queue when the listener has returned.
        const target = new EventTarget();
        target.addEventListener('event', () => check('a listener of dispatchEvent()', id));
        queueMicrotask(() => {
          void Promise.resolve().then(callback);
          if (id === 11) settleAll();
          target.dispatchEvent(new Event('event'));
          check('after dispatchEvent()', id);
        });
      }),
      fetch('data:,text').then(see('then of fetch()', id)),
    ];
    if (typeof document === 'undefined') return Promise.all(reads);
    const send = (callback: () => void, listen: (request: XMLHttpRequest, callback: () => void) => void): void => {
      const request = new XMLHttpRequest();
      request.open('GET', 'data:,text');
      listen(request, callback);
      request.send();
    };
    return Promise.all([
      ...reads,
      read('requestAnimationFrame()', id, requestAnimationFrame),
      read('an XMLHttpRequest listener', id, (callback) =>
        send(callback, (request) => request.addEventListener('load', callback)),
      ),
      read('an XMLHttpRequest handler', id, (callback) =>
        send(callback, (request) => {
          request.onload = callback;
        }),
      ),
      read('a FileReader handler', id, (callback) => {
        const reader = new FileReader();
        reader.onload = callback;
        reader.readAsText(new Blob(['text']));
      }),
    ]);
  }

  const ends = Array.from({ length: flowCount }, (_, id) =>
    storage.run(id, () => {
      const parts = [readPromises(id), readAwaits(id), readCallbacks(id)];
      if (id === 7) setTimeout(settleAll, 5);
      return Promise.all(parts);
    }),
  );
  const settled = ends.map((end) => end.then(see('then of a flow in the root', ROOT)));
  setTimeout(() => {
    check('setTimeout() in the root', ROOT);
    lateGate.open();
  }, 8);
  await Promise.all([...settled, ...rootEnds]);
  check('the end in the root', ROOT);
  return readings;
}
