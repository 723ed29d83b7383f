/**
 * Executes a program with the real thing for each statement: an `await` is an `await`, a `finally` a `finally`. After
 * every statement, and where a block begins, it looks: it notes the values of all storages under the path of that place
 * in the program. The trace is a list of looks for each path, not one list of all, since which of two flows comes
 * first is not what is compared.
 */
import type { Readable } from 'node:stream';
import type { Api, Storage } from './api.js';
import { type Dispatcher, dispatcherOfEmitter, dispatcherOfEventTarget } from './dispatcher.js';
import { type Gate, makeGate } from './gate.js';
import {
  type Block,
  blockPath,
  type Capture,
  describeValue,
  GATES,
  type Operand,
  operandPath,
  type Program,
  REGISTERS,
  type Resume,
  type Statement,
  type StorageOptions,
  TARGETS,
  VALUES,
} from './program.js';
import { listenToReadable, readableFrom, readableOf, runPipeline } from './program-streams.js';
import { schedule } from './schedule.js';

export type Trace = ReadonlyMap<string, readonly string[]>;

/** Bounds what listeners that add listeners can grow to. */
const MOST_STATEMENTS = 400;

/** Where a statement stands. */
interface Place {
  readonly path: string;
  /** Whether the function around it is async. */
  readonly async: boolean;
  /** Whether it runs on behalf of a generator, where to wait for a generator could be to wait for itself. */
  readonly inGenerator: boolean;
}

/** A value that the caller is to await; wrapped, because a thenable on its own cannot be told from one that is not to be. */
interface Wait {
  readonly of: unknown;
  /** Whether it is to be yielded rather than awaited. */
  readonly yields?: boolean;
}

type Halves = readonly [body: Block, final: Block];

/** What programs throw and reject with. Any other error is a fault of the implementation or of this file. */
class Deliberate extends Error {
  constructor(readonly path: string) {
    super(`thrown at ${path}`);
  }
}

class Task<T> extends Promise<T> {}

interface SyncGenerator {
  readonly iterator: Generator<void, void, void>;
  running: boolean;
}

const combinators = {
  all: (values: readonly unknown[]) => Promise.all(values),
  allSettled: (values: readonly unknown[]) => Promise.allSettled(values),
  race: (values: readonly unknown[]) => Promise.race(values),
  any: (values: readonly unknown[]) => Promise.any(values),
};

export class RunOfProgram {
  readonly #program: Program;
  readonly #api: Api;
  #storages: readonly Storage[] = [];
  readonly #trace = new Map<string, string[]>();
  readonly #problems: string[] = [];
  readonly #gates: readonly Gate[] = Array.from({ length: GATES }, makeGate);
  readonly #targets: readonly Dispatcher[] = Array.from({ length: TARGETS }, (_, index) =>
    index === TARGETS - 1 ? dispatcherOfEventTarget() : dispatcherOfEmitter(),
  );
  readonly #captured: (<R>(fn: () => R) => R)[] = [];
  readonly #generators: SyncGenerator[] = [];
  readonly #asyncGenerators: AsyncGenerator<unknown, void, void>[] = [];
  #fuel = MOST_STATEMENTS;
  /** Functions and callbacks that are still to end. */
  #open = 0;
  /** How many resources that run more than once run now. */
  #inResource = 0;
  /** The captured frames that are restored now. */
  readonly #running = new Set<unknown>();
  #allEnded: () => void = () => {};

  constructor(program: Program, api: Api) {
    this.#program = program;
    this.#api = api;
  }

  get trace(): Trace {
    return this.#trace;
  }

  /** Errors that no program means. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Ends when the main function and all that it started have ended. Its caller's frame may be changed. */
  execute(): Promise<void> {
    return new Promise((resolve) => {
      this.#storages = this.#program.storages.map((options) => this.#makeStorage(options));
      this.#allEnded = resolve;
      this.#leave(this.#async(this.#program.main, { path: '', async: true, inGenerator: false }));
    });
  }

  #makeStorage({ defaultValue, uses }: StorageOptions): Storage {
    const options = defaultValue === undefined ? undefined : { defaultValue: valueOfNumber(defaultValue) };
    const storage = new this.#api.AsyncLocalStorage(options);
    for (let use = 0; use < uses; use++) storage.run(use, () => {});
    return storage;
  }

  /** Takes the storages out of what the runtime does for each promise, where its own class does it storage by storage. */
  dispose(): void {
    for (const storage of this.#storages) storage.disable();
  }

  /** To be called for an `unhandledRejection` or an `uncaughtException` while the program runs. */
  noteUnhandled(error: unknown): void {
    if (error instanceof Deliberate && error.path.endsWith('!')) this.#look(error.path);
    else this.#problems.push(`unhandled: ${describeError(error)}`);
  }

  #look(path: string): void {
    const seen = this.#storages.map((storage) => describeValue(storage.getStore())).join(' ');
    const looks = this.#trace.get(path);
    if (looks === undefined) this.#trace.set(path, [seen]);
    else looks.push(seen);
  }

  #absorb = (error: unknown): void => {
    if (!isExpected(error)) this.#problems.push(describeError(error));
  };

  // Functions and their bodies

  /**
   * Executes a block, and hands out what there is to wait for, so that each `await` stands in the function, and in the
   * `try`, whose block it is.
   */
  *#waits(block: Block, place: Place, yields = false): Generator<Wait, void, void> {
    this.#look(place.path);
    for (const [index, statement] of block.entries()) {
      const here = { ...place, path: place.path + index };
      if (statement.kind !== 'yield') {
        const wait = this.#step(statement, here);
        if (wait !== undefined) yield wait;
      } else if (yields) {
        yield { of: this.#operand(statement.operands[0], withOperand(here, 0)), yields };
      }
      this.#look(here.path);
    }
  }

  async #async(block: Block, place: Place, returned?: () => unknown): Promise<unknown> {
    for (const wait of this.#waits(block, place)) await wait.of;
    return returned?.();
  }

  /** What a function that is not async would wait for is left. */
  #sync(block: Block, place: Place): void {
    for (const wait of this.#waits(block, place)) this.#leave(wait.of);
  }

  *#generator([body, final]: Halves, place: Place): Generator<void, void, void> {
    try {
      for (const wait of this.#waits(body, withFunction(place, 0), true)) {
        this.#leave(wait.of);
        if (wait.yields) yield;
      }
    } finally {
      this.#sync(final, withFunction(place, 1));
    }
  }

  async *#asyncGenerator([body, final]: Halves, place: Place): AsyncGenerator<unknown, void, void> {
    try {
      for (const wait of this.#waits(body, withAsyncFunction(place, 0), true)) {
        if (wait.yields) yield wait.of;
        else await wait.of;
      }
    } finally {
      for (const wait of this.#waits(final, withAsyncFunction(place, 1))) await wait.of;
    }
  }

  /** A function for a scheduler, which calls it once. */
  #callback(block: Block, place: Place): () => void {
    this.#open++;
    return () => {
      this.#absorbing(block, place);
      this.#end();
    };
  }

  #absorbing(block: Block, place: Place): void {
    try {
      this.#sync(block, place);
    } catch (error) {
      this.#absorb(error);
    }
  }

  /** Lets a promise or a thenable go its own way; the program ends after it. To leave one twice does no harm. */
  #leave(value: unknown): void {
    this.#open++;
    Promise.resolve(value)
      .catch(this.#absorb)
      .then(() => this.#end());
  }

  #end(): void {
    if (--this.#open === 0) this.#allEnded();
  }

  // Statements

  /** Executes a statement as far as it goes without waiting. */
  #step(statement: Statement, place: Place): Wait | undefined {
    if (this.#fuel === 0) return undefined;
    this.#fuel--;
    switch (statement.kind) {
      case 'await':
        return { of: this.#operand(statement.operands[0], withOperand(place, 0)) };
      case 'leave':
        this.#leave(this.#operand(statement.operands[0], withOperand(place, 0)));
        return undefined;
      case 'run':
        this.#storage(statement.storage).run(valueOfNumber(statement.value), () =>
          this.#sync(statement.blocks[0], withFunction(place, 0)),
        );
        return undefined;
      case 'exit':
        this.#storage(statement.storage).exit(() => this.#sync(statement.blocks[0], withFunction(place, 0)));
        return undefined;
      case 'enterWith':
        if (this.#inResource === 0 || this.#program.enterInResource) {
          this.#storage(statement.storage).enterWith(valueOfNumber(statement.value));
        }
        return undefined;
      case 'disable':
        this.#storage(statement.storage).disable();
        return undefined;
      case 'scope':
        if (place.async) return { of: this.#scopeAsync(statement, place) };
        this.#scope(statement, place);
        return undefined;
      case 'try':
        if (place.async) return { of: this.#tryAsync(statement, place) };
        this.#try(statement, place);
        return undefined;
      case 'throw':
        throw new Deliberate(place.path);
      case 'later':
        schedule(statement.scheduler, this.#callback(statement.blocks[0], withFunction(place, 0)));
        return undefined;
      case 'interval':
        this.#interval(statement, place);
        return undefined;
      case 'capture':
        this.#captured[statement.register % REGISTERS] = this.#capture(statement.how);
        return undefined;
      case 'restore':
        this.#restore(statement.register, () => this.#sync(statement.blocks[0], withFunction(place, 0)));
        return undefined;
      case 'listen':
        at(this.#targets, statement.target).listen(
          () => this.#absorbing(statement.blocks[0], withFunction(place, 0)),
          statement.once,
        );
        return undefined;
      case 'dispatch':
        this.#dispatch(at(this.#targets, statement.target));
        return undefined;
      case 'open': {
        const gate = at(this.#gates, statement.gate);
        const value = this.#operand(statement.operands[0], withOperand(place, 0));
        if (statement.rejects) gate.reject(new Deliberate(place.path));
        else gate.resolve(value);
        this.#leave(gate.promise);
        return undefined;
      }
      case 'generator':
        this.#makeGenerator(statement, place);
        return undefined;
      case 'resume':
        this.#resume(this.#generators[statement.register % REGISTERS], statement.how, place);
        return undefined;
      case 'yield':
        return undefined;
      case 'forsake':
        Promise.reject(new Deliberate(`${place.path}!`));
        return undefined;
    }
  }

  #scope({ storage, value, blocks }: Extract<Statement, { kind: 'scope' }>, place: Place): void {
    using _scope = this.#storage(storage).withScope(valueOfNumber(value));
    this.#sync(blocks[0], withBlock(place, 0));
  }

  async #scopeAsync({ storage, value, blocks }: Extract<Statement, { kind: 'scope' }>, place: Place): Promise<void> {
    using _scope = this.#storage(storage).withScope(valueOfNumber(value));
    for (const wait of this.#waits(blocks[0], withBlock(place, 0))) await wait.of;
  }

  #try({ blocks, catches, overrides }: Extract<Statement, { kind: 'try' }>, place: Place): void {
    const [body, caught, final] = blocks;
    try {
      this.#sync(body, withBlock(place, 0));
    } catch (error) {
      this.#absorb(error);
      this.#sync(caught, withBlock(place, 1));
      if (!catches) throw error;
    } finally {
      this.#sync(final, withBlock(place, 2));
      // biome-ignore lint/correctness/noUnsafeFinally: a `finally` that overrides what was thrown is what is tried
      if (overrides) return;
    }
  }

  async #tryAsync({ blocks, catches, overrides }: Extract<Statement, { kind: 'try' }>, place: Place): Promise<void> {
    const [body, caught, final] = blocks;
    try {
      for (const wait of this.#waits(body, withBlock(place, 0))) await wait.of;
    } catch (error) {
      this.#absorb(error);
      for (const wait of this.#waits(caught, withBlock(place, 1))) await wait.of;
      if (!catches) throw error;
    } finally {
      for (const wait of this.#waits(final, withBlock(place, 2))) await wait.of;
      // biome-ignore lint/correctness/noUnsafeFinally: a `finally` that overrides what was thrown is what is tried
      if (overrides) return;
    }
  }

  #interval({ blocks, rounds }: Extract<Statement, { kind: 'interval' }>, place: Place): void {
    this.#open++;
    let left = Math.max(1, rounds);
    const interval = setInterval(() => {
      this.#runInResource(() => this.#absorbing(blocks[0], withFunction(place, 0)));
      if (--left > 0) return;
      clearInterval(interval);
      this.#end();
    }, 1);
  }

  #capture(how: Capture): <R>(fn: () => R) => R {
    const { AsyncLocalStorage, AsyncResource } = this.#api;
    const call = <R>(fn: () => R): R => fn();
    switch (how) {
      case 'snapshot':
        return AsyncLocalStorage.snapshot();
      case 'bind':
        return AsyncLocalStorage.bind(call);
      case 'AsyncResource': {
        const resource = new AsyncResource('RandomProgram');
        return (fn) => resource.runInAsyncScope(fn);
      }
      case 'AsyncResource#bind':
        return new AsyncResource('RandomProgram').bind(call);
      case 'AsyncResource.bind':
        return AsyncResource.bind(call);
    }
  }

  #restore<R>(register: number, fn: () => R): R {
    const captured = this.#captured[register % REGISTERS];
    if (captured === undefined) return fn();
    // Inside its own call.
    if (this.#running.has(captured) && !this.#program.enterInResource) return fn();
    const outermost = !this.#running.has(captured);
    this.#running.add(captured);
    try {
      return captured(() => this.#runInResource(fn));
    } finally {
      if (outermost) this.#running.delete(captured);
    }
  }

  #runInResource<R>(fn: () => R): R {
    this.#inResource++;
    try {
      return fn();
    } finally {
      this.#inResource--;
    }
  }

  /** Not from within its own listeners, which would never end. */
  #dispatch(target: Dispatcher): void {
    if (target.busy) return;
    target.busy = true;
    try {
      target.dispatch();
    } finally {
      target.busy = false;
    }
  }

  #makeGenerator({ register, blocks, async }: Extract<Statement, { kind: 'generator' }>, outer: Place): void {
    const place = { ...outer, inGenerator: true };
    if (async) this.#asyncGenerators[register % REGISTERS] = this.#asyncGenerator(blocks, place);
    else this.#generators[register % REGISTERS] = { iterator: this.#generator(blocks, place), running: false };
  }

  #resume(generator: SyncGenerator | undefined, how: Resume, { path }: Place): void {
    if (generator === undefined || generator.running) return;
    generator.running = true;
    try {
      if (how === 'next') generator.iterator.next();
      else if (how === 'return') generator.iterator.return();
      else generator.iterator.throw(new Deliberate(path));
    } finally {
      generator.running = false;
    }
  }

  #storage(storage: number): Storage {
    return at(this.#storages, storage);
  }

  // Operands

  #operand(operand: Operand, place: Place): unknown {
    const value = this.#evaluate(operand, place);
    // Not all are awaited in the end: some lose a race, some come after the end of a loop.
    if (value instanceof Promise) this.#leave(value);
    return value;
  }

  #evaluate(operand: Operand, place: Place): unknown {
    switch (operand.kind) {
      case 'value':
        return valueOfNumber(operand.value);
      case 'settled': {
        const Kind = operand.subclass ? Task : Promise;
        return operand.rejects ? Kind.reject(new Deliberate(place.path)) : Kind.resolve();
      }
      case 'thenable':
        return this.#thenable(operand, place);
      case 'gate':
        return this.#gate(at(this.#gates, operand.gate));
      case 'scheduled':
        return new Promise<void>((resolve) => schedule(operand.scheduler, resolve));
      case 'call':
        return this.#async(operand.blocks[0], withAsyncFunction(place, 0), () =>
          this.#operand(operand.operands[0], withOperand(place, 0)),
        );
      case 'run':
        return this.#storage(operand.storage).run(valueOfNumber(operand.value), () =>
          this.#async(operand.blocks[0], withAsyncFunction(place, 0)),
        );
      case 'exit':
        return this.#storage(operand.storage).exit(() => this.#async(operand.blocks[0], withAsyncFunction(place, 0)));
      case 'restore':
        return this.#restore(operand.register, () => this.#async(operand.blocks[0], withAsyncFunction(place, 0)));
      case 'chain':
        return this.#chain(operand, place);
      case 'combine': {
        const values = operand.operands.map((item, index) => this.#operand(item, withOperand(place, index)));
        return combinators[operand.how](values);
      }
      case 'resume':
        return this.#resumeAsync(operand, place);
      case 'for await':
        return this.#forAwait(operand, place);
      case 'pipeline':
        return this.#pipeline(operand, place);
      case 'readable':
        return this.#readable(operand, place);
    }
  }

  #thenable(operand: Extract<Operand, { kind: 'thenable' }>, place: Place): unknown {
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
        this.#sync(operand.blocks[0], withFunction(place, 0));
        const settle = () => (operand.rejects ? reject(new Deliberate(place.path)) : resolve(undefined));
        if (operand.scheduler === 'at once') settle();
        else schedule(operand.scheduler, settle);
      },
    };
    return operand.adopted ? Promise.resolve(thenable) : thenable;
  }

  /** If no flow opens it in the meantime, the clock does: nobody waits for ever. */
  #gate({ promise, resolve }: Gate): Promise<unknown> {
    const { clock } = this.#program;
    schedule(clock, () => schedule(clock, () => resolve(undefined)));
    return promise;
  }

  #chain({ how, async, operands, blocks }: Extract<Operand, { kind: 'chain' }>, place: Place): Promise<unknown> {
    const base = this.#operand(operands[0], withOperand(place, 0));
    const promise = base instanceof Promise ? base : Promise.resolve(base);
    const returned = () => this.#operand(operands[1], withOperand(place, 1));
    const callback = (index: 0 | 1) => (): unknown => {
      if (async) return this.#async(blocks[index], withAsyncFunction(place, index), returned);
      this.#sync(blocks[index], withFunction(place, index));
      return returned();
    };
    switch (how) {
      case 'then':
        return promise.then(callback(0));
      case 'then both':
        return promise.then(callback(0), callback(1));
      case 'catch':
        return promise.catch(callback(1));
      case 'finally':
        return promise.finally(callback(0));
    }
  }

  #resumeAsync({ register, how }: Extract<Operand, { kind: 'resume' }>, place: Place): unknown {
    const generator = this.#asyncGenerators[register % REGISTERS];
    if (generator === undefined) return undefined;
    const result =
      how === 'next'
        ? generator.next()
        : how === 'return'
          ? generator.return()
          : generator.throw(new Deliberate(place.path));
    if (!place.inGenerator) return result;
    this.#leave(result);
    return undefined;
  }

  async #forAwait(operand: Extract<Operand, { kind: 'for await' }>, place: Place): Promise<void> {
    let round = 0;
    for await (const _ of this.#source(operand, place)) {
      for (const wait of this.#waits(operand.blocks[2], withAsyncFunction(place, 2))) await wait.of;
      if (++round > operand.rounds) break;
    }
  }

  #source(
    { source, blocks: [body, final], operands }: Extract<Operand, { kind: 'for await' }>,
    place: Place,
  ): Iterable<unknown> | AsyncIterable<unknown> {
    if (source === 'list') return operands.map((operand, index) => this.#operand(operand, withOperand(place, index)));
    const generator = this.#asyncGenerator([body, final], { ...place, inGenerator: true });
    return source === 'generator' ? generator : this.#untilClosed(readableFrom(generator));
  }

  #pipeline(
    { api, blocks: [source, transform, sink] }: Extract<Operand, { kind: 'pipeline' }>,
    place: Place,
  ): Promise<void> {
    const readable = readableOf(() => this.#async(source, withAsyncFunction({ ...place, inGenerator: true }, 0)));
    return runPipeline(api, this.#untilClosed(readable), {
      transform: () => this.#sync(transform, withFunction(place, 1)),
      sink: () => this.#sync(sink, withFunction(place, 2)),
      done: () => this.#look(`${place.path}!`),
    });
  }

  /** A stream that is left early is waited for by nobody, and its generator may still have a `finally` to run. */
  #untilClosed(readable: Readable): Readable {
    this.#open++;
    return readable.once('close', () => this.#end());
  }

  #readable({ blocks: [data, end] }: Extract<Operand, { kind: 'readable' }>, place: Place): Promise<void> {
    return listenToReadable({
      data: () => this.#absorbing(data, withFunction(place, 0)),
      end: () => this.#absorbing(end, withFunction(place, 1)),
    });
  }
}

function withBlock(place: Place, index: number): Place {
  return { ...place, path: blockPath(place.path, index) };
}

function withFunction(place: Place, index: number): Place {
  return { ...place, path: blockPath(place.path, index), async: false };
}

function withAsyncFunction(place: Place, index: number): Place {
  return { ...place, path: blockPath(place.path, index), async: true };
}

function withOperand(place: Place, index: number): Place {
  return { ...place, path: operandPath(place.path, index) };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('a program needs at least one storage');
  return item;
}

function valueOfNumber(value: number): unknown {
  return VALUES[value % VALUES.length];
}

/** Errors of programs, and those that Node and the language make of them. */
function isExpected(error: unknown): boolean {
  if (error instanceof Deliberate || error instanceof AggregateError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
