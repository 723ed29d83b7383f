/**
 * What a random program calls, and the trace of all that can be seen of it: what happened, in which order, and in which
 * frame. Promises that are to be settled later are settled by `runFlows`, one a turn, in an order that the seed decides.
 */

/** The values of one storage. */
export interface Frames {
  get(): number | undefined;
  run<R>(value: number, fn: () => R): R;
  enter(value: number): void;
}

export interface World {
  /** What the program finds by these names. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** Runs the functions, each as a flow, until nothing is left to do. */
  runFlows(flows: readonly (() => Promise<unknown>)[]): Promise<readonly string[]>;
}

const LONGEST = 400;

export function makeWorld(frames: Frames, seed: number): World {
  const trace: string[] = [];
  const waiting: (() => void)[] = [];
  let steps = 0;
  let isOver = false;

  /** Of what happens where nobody can say in which frame, only that is noted. */
  const noteOnly = (what: string) => {
    if (!isOver) trace.push(what);
  };
  const log = (what: string) => noteOnly(`${what} @${frames.get()}`);
  const step = (id: number) => {
    if (++steps > LONGEST) {
      isOver = true;
      throw new RangeError('The program goes on for too long.');
    }
    log(`step ${id}`);
  };
  const coin = (id: number) => ((Math.imul(id, 0x9e3779b1) + seed) >>> 7) % 3 === 0;
  const later = (id: number, value: unknown = id) => new Promise((resolve) => waiting.push(() => resolve(value)));
  const laterRejected = (id: number) => new Promise((_, reject) => waiting.push(() => reject(id)));

  class Subclassed extends Promise<unknown> {
    // biome-ignore lint/suspicious/noThenProperty: what is to be seen is who calls it
    override then<A, B>(
      onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
      onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      log('then of a subclass');
      return super.then(onFulfilled, onRejected);
    }
  }

  const thenable = (id: number, kind: number) => {
    // biome-ignore lint/suspicious/noThenProperty: it is a thenable
    if (kind === 5) return { id, then: (resolve: (value: unknown) => void) => resolve(log(`then ${id}`) ?? id) };
    return {
      id,
      // biome-ignore lint/suspicious/noThenProperty: it is a thenable
      get then() {
        log(`read then ${id}`);
        if (kind === 6) throw `getter ${id}`;
        return (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => {
          log(`then ${id}`);
          if (kind === 0) resolve(id);
          else if (kind === 1) reject(id);
          else if (kind === 2) waiting.push(() => resolve(id));
          else if (kind === 3) throw id;
          else void Promise.resolve().then(() => resolve(id));
        };
      },
    };
  };

  const plain = (id: number, kind: number): unknown => {
    // biome-ignore lint/suspicious/noThenProperty: an object that only looks like a thenable
    if (kind === 0) return { id, then: 1 };
    if (kind === 1) return Object.assign(() => {}, { id });
    if (kind === 2) return Object.create(null, { id: { value: id } });
    return { id };
  };

  const subclassed = (id: number, kind: number) => {
    if (kind === 0) return Subclassed.resolve(id);
    return kind === 1 ? Subclassed.reject(id) : new Subclassed((resolve) => waiting.push(() => resolve(id)));
  };

  /** An ordinary promise to which somebody has done something. */
  const altered = (id: number, kind: number) => {
    const promise = Promise.resolve(id);
    if (kind === 0) {
      Object.assign(promise, {
        // biome-ignore lint/suspicious/noThenProperty: what is to be seen is who calls it
        then(...reactions: Parameters<typeof promise.then>) {
          log(`own then ${id}`);
          return Promise.prototype.then.apply(this, reactions);
        },
      });
    } else if (kind === 1) {
      promise.constructor = Object;
    }
    return promise;
  };

  function* steps3(id: number, kind: number): Generator<unknown> {
    try {
      log(`generator ${id}`);
      yield id;
      log(`generator ${id}`);
      yield kind === 1 ? Promise.reject(id) : kind === 2 ? thenable(id, 0) : Promise.resolve(id);
      yield 3;
    } finally {
      log(`generator ends ${id}`);
    }
  }

  function* gaps(id: number): Generator<undefined> {
    try {
      yield;
      log(`gap ${id}`);
      yield;
      yield;
    } finally {
      log(`gaps end ${id}`);
    }
  }

  function* promises(id: number, kind: number): Generator<unknown> {
    try {
      yield later(id);
      yield Promise.resolve(id);
      yield kind === 1 ? laterRejected(id) : kind === 2 ? thenable(id, 2) : id;
    } finally {
      log(`promises end ${id}`);
    }
  }

  const iterator = (id: number, kind: number) => ({
    [Symbol.iterator]() {
      log(`iterator ${id}`);
      let count = 0;
      const value = () => {
        if (kind === 2) return thenable(id, count);
        if (kind === 3) return Promise.reject(id);
        return kind === 4 ? laterRejected(id) : count;
      };
      return {
        next(...args: unknown[]) {
          log(`next ${id} ${args.length}`);
          if (kind === 1 && count === 1) throw id;
          if (count++ === 2) return { done: true, value: 9 };
          return {
            get done() {
              log(`done ${id}`);
              return false;
            },
            get value() {
              log(`value ${id}`);
              return value();
            },
          };
        },
        ...(kind !== 5 && {
          return(...args: unknown[]) {
            log(`return ${id} ${args.length}`);
            return kind === 1 ? 5 : { done: true };
          },
        }),
      };
    },
  });

  const asyncIterator = (id: number, kind: number) => ({
    [Symbol.asyncIterator]() {
      log(`async iterator ${id}`);
      let count = 0;
      return {
        next(...args: unknown[]) {
          log(`next ${id} ${args.length}`);
          count++;
          if (kind === 1 && count === 2) throw id;
          if (kind === 2 && count === 2) return Promise.reject(id);
          if (kind === 7 && count === 2) return 5;
          const result = {
            done: count > 2,
            get value() {
              if (kind === 5) noteOnly(`value ${id}`);
              return count;
            },
          };
          if (kind === 3) return result;
          if (kind === 4 || kind === 5) {
            // biome-ignore lint/suspicious/noThenProperty: it is a thenable
            return { then: (resolve: (value: unknown) => void) => resolve(log(`then ${id}`) ?? result) };
          }
          return kind === 6 ? later(id, result) : Promise.resolve(result);
        },
        ...(kind !== 8 && {
          return(...args: unknown[]) {
            log(`return ${id} ${args.length}`);
            if (kind === 2) return Promise.resolve(5);
            return kind === 3 ? {} : later(id, { done: true, value: 7 });
          },
        }),
        ...((kind === 4 || kind === 6) && {
          throw(...args: unknown[]) {
            log(`throw ${id} ${args.length}`);
            return Promise.resolve({ done: kind === 4, value: 6 });
          },
        }),
      };
    },
  });

  const resource = (id: number, kind: number): unknown => {
    const dispose = () => {
      log(`dispose ${id}`);
      if (coin(id)) throw id;
    };
    if (kind === 2) return null;
    if (kind === 3) return { id, [Symbol.dispose]: dispose };
    return {
      id,
      [Symbol.dispose]: dispose,
      [Symbol.asyncDispose]() {
        log(`dispose later ${id}`);
        if (coin(id)) throw id;
        if (kind === 0) return later(id);
        return kind === 1 ? Promise.reject(id) : kind === 4 ? thenable(id, 0) : 1;
      },
    };
  };

  const show = (value: unknown) => log(`= ${inWords(value)}`);
  const scope = {
    step,
    show,
    coin,
    later,
    laterRejected,
    thenable,
    plain,
    subclassed,
    altered,
    steps: steps3,
    gaps,
    promises,
    iterator,
    asyncIterator,
    resource,
    isShort: () => ++steps < 60,
    resolved: (id: number) => Promise.resolve(id),
    rejected: (id: number) => Promise.reject(id),
    nested: (id: number) => new Promise((resolve) => waiting.push(() => resolve(Promise.resolve(id)))),
    note(value: unknown) {
      if (!(value instanceof Promise)) return;
      value.then(
        (result) => log(`fulfilled ${inWords(result)}`),
        (reason) => log(`rejected ${inWords(reason)}`),
      );
    },
    count: (...args: unknown[]) => args.length,
    run: frames.run,
    enter: frames.enter,
  };

  return {
    scope,
    async runFlows(flows) {
      flows.forEach((flow, i) => {
        try {
          frames.run(i + 1, () => {
            flow().then(
              (value) => log(`flow ${i} ends ${inWords(value)}`),
              (reason) => log(`flow ${i} fails ${inWords(reason)}`),
            );
          });
        } catch (error) {
          log(`flow ${i} throws ${inWords(error)}`);
        }
        log('begun');
      });
      await turn();
      for (let i = 0; waiting.length > 0 && i < LONGEST; i++) {
        const [settle] = waiting.splice((i * 7 + seed) % waiting.length, 1);
        // Whose frame it is that settles must not matter.
        if (settle !== undefined) frames.run(900, settle);
        await turn();
        log('turn');
      }
      return trace;
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** As much as says whether it is the same. */
function inWords(value: unknown, depth = 0): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) {
    const { error, suppressed } = value as { error?: unknown; suppressed?: unknown };
    const parts = error === undefined ? '' : `(${inWords(error, depth + 1)}, ${inWords(suppressed, depth + 1)})`;
    return `${value.constructor.name}${parts}`;
  }
  if ('id' in value) return `#${String(value.id)}`;
  if (value instanceof Promise || depth > 1) return 'an object';
  return `{${Object.entries(value).map(([key, item]) => `${key}: ${inWords(item, depth + 1)}`)}}`;
}
