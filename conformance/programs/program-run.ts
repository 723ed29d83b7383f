/**
 * Executes a program. Each statement is executed by the construct that it represents: an `await` by `await`, a
 * `finally` by `finally`. After every statement, and at the beginning of every block, the run records the values of all
 * storages under the path of that position. The trace has a separate list of entries for each path, because the order
 * of two flows is not what is compared.
 *
 * A function of the program whose statements contain `await` cannot be a single JavaScript function, because its
 * statements are data. Instead, the generator `#statements` executes them and yields what must be awaited. The function
 * around it, for example `#runAsync`, contains the `await`:
 *
 *     #runAsync            #statements
 *       for each  ------>  execute until an await
 *       await     <------  yield the operand
 *       resume    ------>  execute until the next await
 */
import type { Readable } from 'node:stream';
import { createEmitterDispatcher, createEventTargetDispatcher, type Dispatcher } from './dispatcher.js';
import { createGate, type Gate } from './gate.js';
import { inAsyncFunction, inBlock, inFunction, inOperand, type Position } from './position.js';
import {
  type Block,
  type Capture,
  formatValue,
  GATE_COUNT,
  type Operand,
  type Program,
  REGISTER_COUNT,
  type Resume,
  type Statement,
  type StorageOptions,
  TARGET_COUNT,
  valueAt,
} from './program.js';
import type { ProgramApi, Storage } from './program-api.js';
import { listenToReadable, readableFromIterable, readableFromWork, runPipeline } from './program-streams.js';
import { schedule } from './schedule.js';

/** The entries of each path, in order. An entry is the values of all storages, as text. */
export type Trace = ReadonlyMap<string, readonly string[]>;

/** Appended to the path of an entry that a listener or a callback of the statement records. */
const CALLBACK_MARK = '!';

/** The number of statements that a run executes. Without a limit, listeners that add listeners would never end. */
const MAX_STATEMENTS = 400;

/**
 * The operand that the function around a statement must await or yield. The operand is wrapped, because it can be any
 * value and could not be distinguished from the absence of an operand.
 */
interface Suspension {
  readonly operand: unknown;
  /** Whether the operand must be yielded rather than awaited. */
  readonly isYield?: boolean;
}

type GeneratorBlocks = readonly [body: Block, final: Block];

/** The error that programs throw and reject with. Any other error is a fault of the implementation or of this file. */
class ProgramError extends Error {
  constructor(readonly path: string) {
    super(`thrown at ${path}`);
  }
}

class PromiseSubclass<T> extends Promise<T> {}

interface SyncGenerator {
  readonly iterator: Generator<void, void, void>;
  isRunning: boolean;
}

const combinators = {
  all: (values: readonly unknown[]) => Promise.all(values),
  allSettled: (values: readonly unknown[]) => Promise.allSettled(values),
  race: (values: readonly unknown[]) => Promise.race(values),
  any: (values: readonly unknown[]) => Promise.any(values),
};

export class ProgramRun {
  readonly #program: Program;
  readonly #api: ProgramApi;
  #storages: readonly Storage[] = [];
  readonly #trace = new Map<string, string[]>();
  readonly #errors: string[] = [];
  readonly #gates: readonly Gate[] = Array.from({ length: GATE_COUNT }, createGate);
  readonly #targets: readonly Dispatcher[] = Array.from({ length: TARGET_COUNT }, (_, index) =>
    index === TARGET_COUNT - 1 ? createEventTargetDispatcher() : createEmitterDispatcher(),
  );
  readonly #captured: (<R>(fn: () => R) => R)[] = [];
  readonly #generators: SyncGenerator[] = [];
  readonly #asyncGenerators: AsyncGenerator<unknown, void, void>[] = [];
  #remainingStatements = MAX_STATEMENTS;
  /** The number of functions and callbacks that have not ended. */
  #pendingCount = 0;
  /** The nesting depth of resources that run more than once: captured frames and intervals. */
  #resourceDepth = 0;
  /** The captured frames that are currently restored. */
  readonly #restored = new Set<unknown>();
  #resolveExecution: () => void = () => {};

  constructor(program: Program, api: ProgramApi) {
    this.#program = program;
    this.#api = api;
  }

  get trace(): Trace {
    return this.#trace;
  }

  /** The errors that the program does not contain. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /**
   * Resolves when the main function and everything that it started have ended. It may change the frame of its caller.
   */
  execute(): Promise<void> {
    return new Promise((resolve) => {
      this.#storages = this.#program.storages.map((options) => this.#createStorage(options));
      this.#resolveExecution = resolve;
      this.#detach(this.#runAsync(this.#program.main, { path: '', isAsync: true, isInGenerator: false }));
    });
  }

  #createStorage({ defaultValue, priorRuns }: StorageOptions): Storage {
    const options = defaultValue === undefined ? undefined : { defaultValue: valueAt(defaultValue) };
    const storage = new this.#api.AsyncLocalStorage(options);
    for (let count = 0; count < priorRuns; count++) storage.run(count, () => {});
    return storage;
  }

  /**
   * Disables the storages. If the runtime's own class is based on async hooks, each enabled storage slows every
   * promise.
   */
  dispose(): void {
    for (const storage of this.#storages) storage.disable();
  }

  /** Must be called for every `unhandledRejection` and `uncaughtException` while the program runs. */
  noteUnhandled(error: unknown): void {
    if (error instanceof ProgramError && error.path.endsWith(CALLBACK_MARK)) this.#record(error.path);
    else this.#errors.push(`unhandled: ${formatError(error)}`);
  }

  /** Adds the current values of all storages to the trace. */
  #record(path: string): void {
    const entry = this.#storages.map((storage) => formatValue(storage.getStore())).join(' ');
    const entries = this.#trace.get(path);
    if (entries === undefined) this.#trace.set(path, [entry]);
    else entries.push(entry);
  }

  #noteUnlessExpected = (error: unknown): void => {
    if (!isExpected(error)) this.#errors.push(formatError(error));
  };

  // Functions and their bodies

  /**
   * Executes a block, and yields what must be awaited or yielded. The caller does so in the function, and in the `try`,
   * that the block belongs to.
   */
  *#statements(block: Block, position: Position, canYield = false): Generator<Suspension, void, void> {
    this.#record(position.path);
    for (const [index, statement] of block.entries()) {
      const statementPosition = { ...position, path: position.path + index };
      if (statement.kind !== 'yield') {
        const suspension = this.#execute(statement, statementPosition);
        if (suspension !== undefined) yield suspension;
      } else if (canYield) {
        yield { operand: this.#operand(statement.operands[0], inOperand(statementPosition, 0)), isYield: true };
      }
      this.#record(statementPosition.path);
    }
  }

  /** Executes the body of an async function, then returns the result of `returned`. */
  async #runAsync(block: Block, position: Position, returned?: () => unknown): Promise<unknown> {
    for (const suspension of this.#statements(block, position)) await suspension.operand;
    return returned?.();
  }

  /** Executes the body of a function that is not async: what it cannot await is detached. */
  #runSync(block: Block, position: Position): void {
    for (const suspension of this.#statements(block, position)) this.#detach(suspension.operand);
  }

  *#generator([body, final]: GeneratorBlocks, position: Position): Generator<void, void, void> {
    try {
      for (const suspension of this.#statements(body, inFunction(position, 0), true)) {
        this.#detach(suspension.operand);
        if (suspension.isYield) yield;
      }
    } finally {
      this.#runSync(final, inFunction(position, 1));
    }
  }

  async *#asyncGenerator([body, final]: GeneratorBlocks, position: Position): AsyncGenerator<unknown, void, void> {
    try {
      for (const suspension of this.#statements(body, inAsyncFunction(position, 0), true)) {
        if (suspension.isYield) yield suspension.operand;
        else await suspension.operand;
      }
    } finally {
      for (const suspension of this.#statements(final, inAsyncFunction(position, 1))) await suspension.operand;
    }
  }

  /** Returns a function for a scheduler, which calls it once. */
  #callback(block: Block, position: Position): () => void {
    this.#pendingCount++;
    return () => {
      this.#runCatching(block, position);
      this.#end();
    };
  }

  /** Executes the body of a callback whose caller must not receive the errors of the program. */
  #runCatching(block: Block, position: Position): void {
    try {
      this.#runSync(block, position);
    } catch (error) {
      this.#noteUnlessExpected(error);
    }
  }

  /** Detaches a promise or a thenable. The program does not end before it. A value may be detached more than once. */
  #detach(value: unknown): void {
    this.#pendingCount++;
    // The promise is not awaited, because the flow continues without it. #end() counts it instead.
    void Promise.resolve(value)
      .catch(this.#noteUnlessExpected)
      .then(() => this.#end());
  }

  #end(): void {
    if (--this.#pendingCount === 0) this.#resolveExecution();
  }

  // Statements

  /** Executes a statement up to its `await`, if it has one. */
  #execute(statement: Statement, position: Position): Suspension | undefined {
    if (this.#remainingStatements === 0) return undefined;
    this.#remainingStatements--;
    switch (statement.kind) {
      case 'await':
        return { operand: this.#operand(statement.operands[0], inOperand(position, 0)) };
      case 'detach':
        this.#detach(this.#operand(statement.operands[0], inOperand(position, 0)));
        return undefined;
      case 'run':
        this.#storage(statement.storage).run(valueAt(statement.value), () =>
          this.#runSync(statement.blocks[0], inFunction(position, 0)),
        );
        return undefined;
      case 'exit':
        this.#storage(statement.storage).exit(() => this.#runSync(statement.blocks[0], inFunction(position, 0)));
        return undefined;
      case 'enterWith':
        if (this.#resourceDepth === 0 || this.#program.hasResourceReentry) {
          this.#storage(statement.storage).enterWith(valueAt(statement.value));
        }
        return undefined;
      case 'disable':
        this.#storage(statement.storage).disable();
        return undefined;
      case 'withScope':
        if (position.isAsync) return { operand: this.#withScopeAsync(statement, position) };
        this.#withScope(statement, position);
        return undefined;
      case 'try':
        if (position.isAsync) return { operand: this.#tryAsync(statement, position) };
        this.#try(statement, position);
        return undefined;
      case 'throw':
        throw new ProgramError(position.path);
      case 'schedule':
        schedule(statement.scheduler, this.#callback(statement.blocks[0], inFunction(position, 0)));
        return undefined;
      case 'interval':
        this.#interval(statement, position);
        return undefined;
      case 'capture':
        this.#captured[statement.register % REGISTER_COUNT] = this.#capture(statement.how);
        return undefined;
      case 'restore':
        this.#restore(statement.register, () => this.#runSync(statement.blocks[0], inFunction(position, 0)));
        return undefined;
      case 'listen':
        itemAt(this.#targets, statement.target).listen(
          () => this.#runCatching(statement.blocks[0], inFunction(position, 0)),
          statement.isOnce,
        );
        return undefined;
      case 'dispatch':
        this.#dispatch(itemAt(this.#targets, statement.target));
        return undefined;
      case 'settleGate': {
        const gate = itemAt(this.#gates, statement.gate);
        const value = this.#operand(statement.operands[0], inOperand(position, 0));
        if (statement.rejects) gate.reject(new ProgramError(position.path));
        else gate.resolve(value);
        this.#detach(gate.promise);
        return undefined;
      }
      case 'generator':
        this.#createGenerator(statement, position);
        return undefined;
      case 'resume':
        this.#resume(this.#generators[statement.register % REGISTER_COUNT], statement.how, position);
        return undefined;
      case 'yield':
        return undefined;
      case 'rejectUnhandled':
        // Without a handler on purpose: noteUnhandled() records the values in its listener.
        void Promise.reject(new ProgramError(`${position.path}${CALLBACK_MARK}`));
        return undefined;
    }
  }

  #withScope({ storage, value, blocks }: Extract<Statement, { kind: 'withScope' }>, position: Position): void {
    using _scope = this.#storage(storage).withScope(valueAt(value));
    this.#runSync(blocks[0], inBlock(position, 0));
  }

  async #withScopeAsync(
    { storage, value, blocks }: Extract<Statement, { kind: 'withScope' }>,
    position: Position,
  ): Promise<void> {
    using _scope = this.#storage(storage).withScope(valueAt(value));
    for (const suspension of this.#statements(blocks[0], inBlock(position, 0))) await suspension.operand;
  }

  #try({ blocks, catches, hasFinalReturn }: Extract<Statement, { kind: 'try' }>, position: Position): void {
    const [body, caught, final] = blocks;
    try {
      this.#runSync(body, inBlock(position, 0));
    } catch (error) {
      this.#noteUnlessExpected(error);
      this.#runSync(caught, inBlock(position, 1));
      if (!catches) throw error;
    } finally {
      this.#runSync(final, inBlock(position, 2));
      // biome-ignore lint/correctness/noUnsafeFinally: programs need a `finally` that overrides an error
      if (hasFinalReturn) return;
    }
  }

  async #tryAsync(
    { blocks, catches, hasFinalReturn }: Extract<Statement, { kind: 'try' }>,
    position: Position,
  ): Promise<void> {
    const [body, caught, final] = blocks;
    try {
      for (const suspension of this.#statements(body, inBlock(position, 0))) await suspension.operand;
    } catch (error) {
      this.#noteUnlessExpected(error);
      for (const suspension of this.#statements(caught, inBlock(position, 1))) await suspension.operand;
      if (!catches) throw error;
    } finally {
      for (const suspension of this.#statements(final, inBlock(position, 2))) await suspension.operand;
      // biome-ignore lint/correctness/noUnsafeFinally: programs need a `finally` that overrides an error
      if (hasFinalReturn) return;
    }
  }

  #interval({ blocks, rounds }: Extract<Statement, { kind: 'interval' }>, position: Position): void {
    this.#pendingCount++;
    let left = Math.max(1, rounds);
    const interval = setInterval(() => {
      this.#runInResource(() => this.#runCatching(blocks[0], inFunction(position, 0)));
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
    const captured = this.#captured[register % REGISTER_COUNT];
    if (captured === undefined) return fn();
    if (this.#restored.has(captured) && !this.#program.hasResourceReentry) return fn();
    const isOutermost = !this.#restored.has(captured);
    this.#restored.add(captured);
    try {
      return captured(() => this.#runInResource(fn));
    } finally {
      if (isOutermost) this.#restored.delete(captured);
    }
  }

  #runInResource<R>(fn: () => R): R {
    this.#resourceDepth++;
    try {
      return fn();
    } finally {
      this.#resourceDepth--;
    }
  }

  /** Does nothing inside a listener of the same target, because that would never end. */
  #dispatch(target: Dispatcher): void {
    if (target.isDispatching) return;
    target.isDispatching = true;
    try {
      target.dispatch();
    } finally {
      target.isDispatching = false;
    }
  }

  #createGenerator({ register, blocks, isAsync }: Extract<Statement, { kind: 'generator' }>, outer: Position): void {
    const position = { ...outer, isInGenerator: true };
    if (isAsync) this.#asyncGenerators[register % REGISTER_COUNT] = this.#asyncGenerator(blocks, position);
    else
      this.#generators[register % REGISTER_COUNT] = { iterator: this.#generator(blocks, position), isRunning: false };
  }

  #resume(generator: SyncGenerator | undefined, how: Resume, { path }: Position): void {
    if (generator === undefined || generator.isRunning) return;
    generator.isRunning = true;
    try {
      if (how === 'next') generator.iterator.next();
      else if (how === 'return') generator.iterator.return();
      else generator.iterator.throw(new ProgramError(path));
    } finally {
      generator.isRunning = false;
    }
  }

  #storage(storage: number): Storage {
    return itemAt(this.#storages, storage);
  }

  // Operands

  #operand(operand: Operand, position: Position): unknown {
    const value = this.#evaluate(operand, position);
    // Not every operand is awaited in the end: some lose a race, and some follow the `break` of a loop.
    if (value instanceof Promise) this.#detach(value);
    return value;
  }

  #evaluate(operand: Operand, position: Position): unknown {
    switch (operand.kind) {
      case 'value':
        return valueAt(operand.value);
      case 'settled': {
        const PromiseClass = operand.isSubclass ? PromiseSubclass : Promise;
        return operand.rejects ? PromiseClass.reject(new ProgramError(position.path)) : PromiseClass.resolve();
      }
      case 'thenable':
        return this.#thenable(operand, position);
      case 'gate':
        return this.#gate(itemAt(this.#gates, operand.gate));
      case 'scheduled':
        return new Promise<void>((resolve) => schedule(operand.scheduler, resolve));
      case 'call':
        return this.#runAsync(operand.blocks[0], inAsyncFunction(position, 0), () =>
          this.#operand(operand.operands[0], inOperand(position, 0)),
        );
      case 'run':
        return this.#storage(operand.storage).run(valueAt(operand.value), () =>
          this.#runAsync(operand.blocks[0], inAsyncFunction(position, 0)),
        );
      case 'exit':
        return this.#storage(operand.storage).exit(() =>
          this.#runAsync(operand.blocks[0], inAsyncFunction(position, 0)),
        );
      case 'restore':
        return this.#restore(operand.register, () => this.#runAsync(operand.blocks[0], inAsyncFunction(position, 0)));
      case 'chain':
        return this.#chain(operand, position);
      case 'combine': {
        const values = operand.operands.map((item, index) => this.#operand(item, inOperand(position, index)));
        return combinators[operand.how](values);
      }
      case 'resume':
        return this.#resumeAsync(operand, position);
      case 'for await':
        return this.#forAwait(operand, position);
      case 'pipeline':
        return this.#pipeline(operand, position);
      case 'readable':
        return this.#readable(operand, position);
    }
  }

  #thenable(operand: Extract<Operand, { kind: 'thenable' }>, position: Position): unknown {
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: programs need thenables
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
        this.#runSync(operand.blocks[0], inFunction(position, 0));
        const settle = () => (operand.rejects ? reject(new ProgramError(position.path)) : resolve(undefined));
        if (operand.scheduler === 'synchronously') settle();
        else schedule(operand.scheduler, settle);
      },
    };
    return operand.isAdopted ? Promise.resolve(thenable) : thenable;
  }

  /** Returns the promise of a gate. If no flow settles the gate within two turns of the clock, it is resolved then. */
  #gate({ promise, resolve }: Gate): Promise<unknown> {
    const { clock } = this.#program;
    schedule(clock, () => schedule(clock, () => resolve(undefined)));
    return promise;
  }

  #chain(
    { how, isAsync, operands, blocks }: Extract<Operand, { kind: 'chain' }>,
    position: Position,
  ): Promise<unknown> {
    const base = this.#operand(operands[0], inOperand(position, 0));
    const promise = base instanceof Promise ? base : Promise.resolve(base);
    const returned = () => this.#operand(operands[1], inOperand(position, 1));
    const callback = (index: 0 | 1) => (): unknown => {
      if (isAsync) return this.#runAsync(blocks[index], inAsyncFunction(position, index), returned);
      this.#runSync(blocks[index], inFunction(position, index));
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

  #resumeAsync({ register, how }: Extract<Operand, { kind: 'resume' }>, position: Position): unknown {
    const generator = this.#asyncGenerators[register % REGISTER_COUNT];
    if (generator === undefined) return undefined;
    const result =
      how === 'next'
        ? generator.next()
        : how === 'return'
          ? generator.return()
          : generator.throw(new ProgramError(position.path));
    if (!position.isInGenerator) return result;
    this.#detach(result);
    return undefined;
  }

  async #forAwait(operand: Extract<Operand, { kind: 'for await' }>, position: Position): Promise<void> {
    let round = 0;
    for await (const _ of this.#source(operand, position)) {
      for (const suspension of this.#statements(operand.blocks[2], inAsyncFunction(position, 2)))
        await suspension.operand;
      if (++round > operand.rounds) break;
    }
  }

  #source(
    { source, blocks: [body, final], operands }: Extract<Operand, { kind: 'for await' }>,
    position: Position,
  ): Iterable<unknown> | AsyncIterable<unknown> {
    if (source === 'list') return operands.map((operand, index) => this.#operand(operand, inOperand(position, index)));
    const generator = this.#asyncGenerator([body, final], { ...position, isInGenerator: true });
    return source === 'generator' ? generator : this.#untilClosed(readableFromIterable(generator));
  }

  #pipeline(
    { api, blocks: [source, transform, sink] }: Extract<Operand, { kind: 'pipeline' }>,
    position: Position,
  ): Promise<void> {
    const readable = readableFromWork(() =>
      this.#runAsync(source, inAsyncFunction({ ...position, isInGenerator: true }, 0)),
    );
    return runPipeline(api, this.#untilClosed(readable), {
      transform: () => this.#runSync(transform, inFunction(position, 1)),
      sink: () => this.#runSync(sink, inFunction(position, 2)),
      done: () => this.#record(`${position.path}${CALLBACK_MARK}`),
    });
  }

  /**
   * Keeps the run from ending before the stream is closed: the generator of a stream may still have to run its
   * `finally`.
   */
  #untilClosed(readable: Readable): Readable {
    this.#pendingCount++;
    return readable.once('close', () => this.#end());
  }

  #readable({ blocks: [data, end] }: Extract<Operand, { kind: 'readable' }>, position: Position): Promise<void> {
    return listenToReadable({
      data: () => this.#runCatching(data, inFunction(position, 0)),
      end: () => this.#runCatching(end, inFunction(position, 1)),
    });
  }
}

function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('A program needs at least one storage.');
  return item;
}

/** Returns whether the program itself threw the error, or Node or the language derived it from such an error. */
function isExpected(error: unknown): boolean {
  if (error instanceof ProgramError || error instanceof AggregateError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function formatError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
