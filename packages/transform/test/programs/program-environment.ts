/**
 * The functions that a random program calls. They record its trace: everything observable that happened, in which order
 * and in which frame. A promise that is settled later is settled by `runFlows`, which settles one promise in each turn
 * of the event loop, in an order that the seed determines.
 */

/** One storage, whose value identifies the current frame. */
export interface FrameStorage {
  get(): number | undefined;
  run<R>(value: number, fn: () => R): R;
  enter(value: number): void;
}

export interface ProgramEnvironment {
  /** The functions, by the names by which the program calls them. */
  readonly functions: Readonly<Record<string, unknown>>;
  /**
   * Calls each of the functions as a separate flow, until no promise is left to settle.
   * @returns the trace
   */
  runFlows(flows: readonly (() => Promise<unknown>)[]): Promise<readonly string[]>;
}

/** The number of steps, and of settled promises, after which a program is stopped. */
const MAX_STEPS = 400;

export function createEnvironment(frameStorage: FrameStorage, seed: number): ProgramEnvironment {
  const trace: string[] = [];
  /** The functions that settle the promises that are pending. */
  const pending: (() => void)[] = [];
  let steps = 0;
  let isOver = false;

  /** For events whose frame is not defined. */
  const logWithoutFrame = (event: string) => {
    if (!isOver) trace.push(event);
  };
  const log = (event: string) => logWithoutFrame(`${event} @${frameStorage.get()}`);
  const step = (id: number) => {
    if (++steps > MAX_STEPS) {
      isOver = true;
      throw new RangeError('The program has exceeded its number of steps.');
    }
    log(`step ${id}`);
  };
  const coin = (id: number) => ((Math.imul(id, 0x9e3779b1) + seed) >>> 7) % 3 === 0;
  const later = (id: number, value: unknown = id) => new Promise((resolve) => pending.push(() => resolve(value)));
  const laterRejected = (id: number) => new Promise((_, reject) => pending.push(() => reject(id)));

  class Subclassed extends Promise<unknown> {
    // biome-ignore lint/suspicious/noThenProperty: records the calls
    override then<A, B>(
      onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
      onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      log('then of a subclass');
      return super.then(onFulfilled, onRejected);
    }
  }

  const thenable = (id: number, kind: number) => {
    // biome-ignore lint/suspicious/noThenProperty: the object is meant to be a thenable
    if (kind === 5) return { id, then: (resolve: (value: unknown) => void) => resolve(log(`then ${id}`) ?? id) };
    return {
      id,
      // biome-ignore lint/suspicious/noThenProperty: the object is meant to be a thenable
      get then() {
        log(`read then ${id}`);
        if (kind === 6) throw `getter ${id}`;
        return (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => {
          log(`then ${id}`);
          if (kind === 0) resolve(id);
          else if (kind === 1) reject(id);
          else if (kind === 2) pending.push(() => resolve(id));
          else if (kind === 3) throw id;
          else void Promise.resolve().then(() => resolve(id));
        };
      },
    };
  };

  const plain = (id: number, kind: number): unknown => {
    // biome-ignore lint/suspicious/noThenProperty: the object only resembles a thenable
    if (kind === 0) return { id, then: 1 };
    if (kind === 1) return Object.assign(() => {}, { id });
    if (kind === 2) return Object.create(null, { id: { value: id } });
    return { id };
  };

  const subclassed = (id: number, kind: number) => {
    if (kind === 0) return Subclassed.resolve(id);
    return kind === 1 ? Subclassed.reject(id) : new Subclassed((resolve) => pending.push(() => resolve(id)));
  };

  /** A native promise with an unusual own property. */
  const altered = (id: number, kind: number) => {
    const promise = Promise.resolve(id);
    if (kind === 0) {
      Object.assign(promise, {
        // biome-ignore lint/suspicious/noThenProperty: records the calls
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

  function* steppedGenerator(id: number, kind: number): Generator<unknown> {
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
              if (kind === 5) logWithoutFrame(`value ${id}`);
              return count;
            },
          };
          if (kind === 3) return result;
          if (kind === 4 || kind === 5) {
            // biome-ignore lint/suspicious/noThenProperty: the object is meant to be a thenable
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

  const show = (value: unknown) => log(`= ${describe(value)}`);
  const functions = {
    step,
    show,
    coin,
    later,
    laterRejected,
    thenable,
    plain,
    subclassed,
    altered,
    steps: steppedGenerator,
    gaps,
    promises,
    iterator,
    asyncIterator,
    resource,
    isShort: () => ++steps < 60,
    resolved: (id: number) => Promise.resolve(id),
    rejected: (id: number) => Promise.reject(id),
    nested: (id: number) => new Promise((resolve) => pending.push(() => resolve(Promise.resolve(id)))),
    note(value: unknown) {
      if (!(value instanceof Promise)) return;
      value.then(
        (result) => log(`fulfilled ${describe(result)}`),
        (reason) => log(`rejected ${describe(reason)}`),
      );
    },
    count: (...args: unknown[]) => args.length,
    run: frameStorage.run,
    enter: frameStorage.enter,
  };

  return {
    functions,
    async runFlows(flows) {
      flows.forEach((flow, i) => {
        try {
          frameStorage.run(i + 1, () => {
            flow().then(
              (value) => log(`flow ${i} ends ${describe(value)}`),
              (reason) => log(`flow ${i} fails ${describe(reason)}`),
            );
          });
        } catch (error) {
          log(`flow ${i} throws ${describe(error)}`);
        }
        log('begun');
      });
      await turn();
      for (let i = 0; pending.length > 0 && i < MAX_STEPS; i++) {
        const [settle] = pending.splice((i * 7 + seed) % pending.length, 1);
        // The frame in which a promise is settled must not matter.
        if (settle !== undefined) frameStorage.run(900, settle);
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

/** Describes a value well enough to distinguish it from others. */
function describe(value: unknown, depth = 0): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) {
    const { error, suppressed } = value as { error?: unknown; suppressed?: unknown };
    const parts = error === undefined ? '' : `(${describe(error, depth + 1)}, ${describe(suppressed, depth + 1)})`;
    return `${value.constructor.name}${parts}`;
  }
  if ('id' in value) return `#${String(value.id)}`;
  if (value instanceof Promise || depth > 1) return 'an object';
  return `{${Object.entries(value).map(([key, item]) => `${key}: ${describe(item, depth + 1)}`)}}`;
}
