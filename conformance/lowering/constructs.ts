/**
 * The constructs around which code can suspend: the columns of the tables in docs/transform.md. Build tools lower this
 * file, that is, they compile it to an older version of the language.
 *
 * Many flows call each function at the same time. A function calls `check` wherever the frame of its call must be
 * current. All that it waits for is settled by the clock, which is a flow of its own: code that runs in the frame in
 * which a promise was settled reads the value of the clock.
 */

/** Compares the current value with that of the flow. */
export type Check = () => void;

export interface Clock {
  /** Returns a promise that the clock fulfills. */
  tick(): Promise<void>;
  /** Returns a promise that the clock rejects. */
  fail(): Promise<never>;
  /** Calls a function from the clock. */
  call(fn: () => void): void;
}

export type Construct = (check: Check, clock: Clock) => Promise<void>;

async function awaitPromises(check: Check, { tick }: Clock): Promise<void> {
  check();
  await tick();
  check();
  for (let count = 0; count < 3; count++) {
    await tick();
    check();
  }
  const inner = async () => {
    await tick();
    check();
    return tick();
  };
  await inner();
  check();
  await Promise.all([inner(), tick(), Promise.resolve()]);
  check();
}

async function awaitOtherValues(check: Check): Promise<void> {
  await 0;
  check();
  await undefined;
  check();
}

async function awaitThenables(check: Check, clock: Clock): Promise<void> {
  await createThenable((settle) => settle());
  check();
  await createThenable((settle) => clock.call(settle));
  check();
}

async function callThenables(check: Check, clock: Clock): Promise<void> {
  await createThenable((settle) => {
    check();
    clock.call(settle);
  });
}

function createThenable(start: (settle: () => void) => void): PromiseLike<void> {
  // biome-ignore lint/suspicious/noThenProperty: a thenable
  return { then: start } as unknown as PromiseLike<void>;
}

async function handleErrors(check: Check, { tick, fail }: Clock): Promise<void> {
  try {
    await fail();
  } catch {
    check();
    await tick();
    check();
  } finally {
    check();
    await tick();
    check();
  }
  const rejecting = async () => {
    try {
      await fail();
    } finally {
      check();
      await tick();
      check();
    }
  };
  await rejecting().catch(check);
  check();
}

/** Hermes does not have the symbol. Babel then looks for the string. */
const ASYNC_ITERATOR: typeof Symbol.asyncIterator =
  Symbol.asyncIterator ?? ('@@asyncIterator' as unknown as typeof Symbol.asyncIterator);

/** Hermes and QuickJS do not have these symbols. Compilers that lower `using` then look for registered ones. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

function createAsyncIterable(check: Check, { tick }: Clock): AsyncIterable<number> {
  return {
    [ASYNC_ITERATOR]() {
      let count = 0;
      return {
        async next() {
          check();
          await tick();
          check();
          return count < 3 ? { done: false, value: count++ } : { done: true, value: undefined };
        },
        async return() {
          check();
          await tick();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function iterate(check: Check, clock: Clock): Promise<void> {
  for await (const _ of createAsyncIterable(check, clock)) {
    check();
    await clock.tick();
    check();
  }
  check();
  for await (const value of createAsyncIterable(check, clock)) {
    check();
    if (value === 1) break;
  }
  check();
  for await (const _ of [clock.tick(), clock.tick(), 2]) check();
  check();
  try {
    for await (const _ of settleInOrder(clock)) check();
  } catch {
    check();
  }
}

function* settleInOrder({ tick, fail }: Clock): Generator<Promise<void>> {
  yield tick();
  yield fail();
}

async function* generate(check: Check, { tick, fail }: Clock): AsyncGenerator<number, number, Check | undefined> {
  check();
  await tick();
  check();
  try {
    (yield 1)?.();
    check();
    await fail();
  } catch {
    check();
    await tick();
    check();
    (yield 2)?.();
    check();
  } finally {
    check();
    await tick();
    check();
  }
  yield 3;
  check();
  return 4;
}

async function runGenerators(check: Check, clock: Clock): Promise<void> {
  for await (const _ of generate(check, clock)) {
    check();
    await clock.tick();
    check();
  }
  check();
  const generator = generate(check, clock);
  await generator.next();
  check();
  const result = generator.throw(new Error('thrown'));
  check();
  await result;
  check();
  await generator.return(0);
  check();
}

let turn: Promise<unknown> = Promise.resolve();
let shared: AsyncGenerator<void, void, Check> | undefined;

/** Resumes one generator from all flows, one after the other: the body runs in the frame of the `next()` call. */
function takeTurn(check: Check): Promise<unknown> {
  turn = turn.then(async () => {
    check();
    await shared?.next(check);
    check();
  });
  return turn;
}

async function* serve(tick: () => Promise<void>): AsyncGenerator<void, void, Check> {
  for (;;) {
    const check = yield;
    check();
    await tick();
    check();
    await tick();
    check();
  }
}

async function shareGenerators(check: Check, clock: Clock): Promise<void> {
  if (shared === undefined) {
    shared = serve(clock.tick);
    await shared.next(check);
  }
  await takeTurn(check);
  await takeTurn(check);
}

async function* delegate(check: Check, clock: Clock): AsyncGenerator<unknown, void, Check | undefined> {
  yield* generate(check, clock);
  check();
  yield* [clock.tick(), 2];
  check();
  await clock.tick();
  check();
  yield* createAsyncIterable(check, clock);
  check();
}

async function runDelegation(check: Check, clock: Clock): Promise<void> {
  for await (const _ of delegate(check, clock)) {
    check();
    await clock.tick();
    check();
  }
  for await (const value of delegate(check, clock)) {
    check();
    if (value === 2) break;
  }
  check();
}

async function dispose(check: Check, { tick }: Clock): Promise<void> {
  {
    await using _first = {
      async [ASYNC_DISPOSE]() {
        check();
        await tick();
        check();
      },
    };
    using _second = { [DISPOSE]: check };
    await tick();
    check();
  }
  check();
}

async function react(check: Check, { tick, fail }: Clock): Promise<void> {
  await tick().then(check);
  await fail().catch(check);
  await tick().finally(check);
  await Promise.all([
    tick().then(check),
    Promise.race([tick().then(check)]),
    // Hermes does not have it.
    Promise.allSettled?.([fail().catch(check)]),
  ]);
}

/** The constructs by the titles of their columns. */
export const constructs: Readonly<Record<string, Construct>> = {
  '`await` of a promise': awaitPromises,
  '`catch`, `finally`': handleErrors,
  '`await` of another value': awaitOtherValues,
  '`await` of a thenable': awaitThenables,
  'the `then` of that thenable': callThenables,
  '`for await`': iterate,
  'async generators': runGenerators,
  'one generator, several flows': shareGenerators,
  '`yield*`': runDelegation,
  '`using`': dispose,
  '`then()`, `catch()`, `finally()`': react,
};
