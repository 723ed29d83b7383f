/** Generates a program from a seed. The same seed results in the same program on every runtime. */
import type { ComparableFeatures } from './comparable-features.js';
import {
  type Block,
  type Capture,
  GATE_COUNT,
  type Operand,
  type Program,
  REGISTER_COUNT,
  type Resume,
  type Scheduler,
  type Statement,
  type StorageOptions,
  TARGET_COUNT,
  UNDEFINED_OPERAND,
  VALUES,
} from './program.js';
import { SeededRandom } from './seeded-random.js';

const MAX_DEPTH = 5;
/** The maximum number of statements of a program, not counting those that `#usesOf` adds. */
const MAX_STATEMENTS = 60;
/** Frames of the core hold the values of a storage differently after about a hundred values. */
const MANY_RUNS = 100;

/** @param features the features that the program may use */
export function generateProgram(seed: number, features: ComparableFeatures): Program {
  return new ProgramGenerator(seed, features).program();
}

/** An alternative. The probability that it is chosen is proportional to its weight. */
type Choice<T> = readonly [weight: number, make: () => T];

class ProgramGenerator {
  readonly #random: SeededRandom;
  readonly #features: ComparableFeatures;
  readonly #isOrdered: boolean;
  readonly #clock: 'setImmediate' | 'setTimeout';
  readonly #storageCount: number;
  #remainingStatements: number;

  constructor(seed: number, features: ComparableFeatures) {
    this.#random = new SeededRandom(seed);
    this.#features = features;
    this.#isOrdered = this.#random.chance(0.8);
    this.#clock = this.#random.chance(0.8) ? 'setImmediate' : 'setTimeout';
    this.#storageCount = 2 + this.#random.below(4);
    this.#remainingStatements = 15 + this.#random.below(MAX_STATEMENTS - 15);
  }

  program(): Program {
    const storages = Array.from({ length: this.#storageCount }, () => this.#storageOptions());
    const flows = Array.from({ length: 2 + this.#random.below(3) }, () => this.#flow());
    const main = [...flows, ...this.#block(1, true, 6)];
    const { hasResourceReentry } = this.#features;
    return { isOrdered: this.#isOrdered, clock: this.#clock, hasResourceReentry, storages, main };
  }

  #storageOptions(): StorageOptions {
    return {
      ...(this.#features.hasDefaultValue && this.#random.chance(0.25) ? { defaultValue: this.#value() } : {}),
      priorRuns: this.#random.chance(0.1) ? MANY_RUNS - this.#random.below(8) : 0,
    };
  }

  /** A flow that runs concurrently with all the others. */
  #flow(): Statement {
    const body = this.#block(1, true, 6);
    const operand: Operand = this.#random.chance(0.7)
      ? { kind: 'run', ...this.#storageAndValue(), blocks: [body], operands: [] }
      : { kind: 'call', blocks: [body], operands: [UNDEFINED_OPERAND] };
    return { kind: 'detach', blocks: [], operands: [operand] };
  }

  /** Generates a block of one to `maxStatements` statements, or an empty one if the program is long or deep enough. */
  #block(depth: number, isAsync: boolean, maxStatements: number, canYield = false): Block {
    if (depth > MAX_DEPTH) return [];
    const block: Statement[] = [];
    for (let count = 1 + this.#random.below(maxStatements); count > 0 && this.#remainingStatements > 0; count--) {
      this.#remainingStatements--;
      const statement = canYield && this.#random.chance(0.4) ? this.#yield(depth) : this.#statement(depth, isAsync);
      block.push(statement, ...this.#usesOf(statement, depth, isAsync));
    }
    return block;
  }

  /**
   * Generates statements that use what a statement has created: a generator, a captured frame or a listener. Most of
   * them are used immediately. The others are used by chance, perhaps in another flow, or never.
   */
  #usesOf(statement: Statement, depth: number, isAsync: boolean): Statement[] {
    if (this.#random.chance(0.3)) return [];
    switch (statement.kind) {
      case 'generator':
        return Array.from({ length: 1 + this.#random.below(3) }, () => this.#resumption(statement, isAsync));
      case 'capture': {
        const { register } = statement;
        return [
          { kind: 'enterWith', ...this.#storageAndValue(), blocks: [], operands: [] },
          { kind: 'restore', register, blocks: [this.#syncBlock(depth)], operands: [] },
        ];
      }
      case 'listen':
        return [{ kind: 'dispatch', target: statement.target, blocks: [], operands: [] }];
      default:
        return [];
    }
  }

  #resumption(generator: Extract<Statement, { kind: 'generator' }>, isAsync: boolean): Statement {
    const resume = {
      kind: 'resume',
      register: generator.register,
      how: this.#resume(),
      blocks: [],
      operands: [],
    } as const;
    if (!generator.isAsync) return resume;
    return { kind: isAsync && this.#random.chance(0.5) ? 'await' : 'detach', blocks: [], operands: [resume] };
  }

  #syncBlock(depth: number): Block {
    return this.#block(depth + 1, false, 3);
  }

  #asyncBlock(depth: number): Block {
    return this.#block(depth + 1, true, 4);
  }

  #nestedBlock(depth: number, isAsync: boolean): Block {
    return this.#block(depth + 1, isAsync, 3);
  }

  /** Generates a block that is usually empty. */
  #rareBlock(depth: number, isAsync: boolean): Block {
    return this.#random.chance(0.4) ? this.#block(depth + 1, isAsync, 2) : [];
  }

  #yield(depth: number): Statement {
    return { kind: 'yield', blocks: [], operands: [this.#simpleOperand(depth)] };
  }

  #statement(depth: number, isAsync: boolean): Statement {
    const random = this.#random;
    return this.#choose<Statement>([
      [isAsync ? 40 : 0, () => ({ kind: 'await', blocks: [], operands: [this.#operand(depth)] })],
      [isAsync ? 10 : 15, () => ({ kind: 'detach', blocks: [], operands: [this.#operand(depth)] })],
      [10, () => ({ kind: 'run', ...this.#storageAndValue(), blocks: [this.#syncBlock(depth)], operands: [] })],
      [this.#features.hasExit ? 3 : 0, () => this.#exit(this.#syncBlock(depth))],
      [12, () => ({ kind: 'enterWith', ...this.#storageAndValue(), blocks: [], operands: [] })],
      [
        this.#features.hasDisable ? 2 : 0,
        () => ({ kind: 'disable', storage: this.#storage(), blocks: [], operands: [] }),
      ],
      [
        this.#features.hasWithScope ? 4 : 0,
        () => ({
          kind: 'withScope',
          ...this.#storageAndValue(),
          blocks: [this.#nestedBlock(depth, isAsync)],
          operands: [],
        }),
      ],
      [
        8,
        () => ({
          kind: 'try',
          blocks: [this.#nestedBlock(depth, isAsync), this.#rareBlock(depth, isAsync), this.#rareBlock(depth, isAsync)],
          operands: [],
          catches: random.chance(0.75),
          hasFinalReturn: random.chance(0.15),
        }),
      ],
      [2, () => ({ kind: 'throw', blocks: [], operands: [] })],
      [8, () => ({ kind: 'schedule', scheduler: this.#scheduler(), blocks: [this.#syncBlock(depth)], operands: [] })],
      [
        this.#isOrdered && this.#clock === 'setImmediate' ? 0 : 3,
        () => ({ kind: 'interval', rounds: 1 + random.below(3), blocks: [this.#syncBlock(depth)], operands: [] }),
      ],
      [6, () => ({ kind: 'capture', ...this.#register(), how: this.#capture(), blocks: [], operands: [] })],
      [6, () => ({ kind: 'restore', ...this.#register(), blocks: [this.#syncBlock(depth)], operands: [] })],
      [
        5,
        () => ({
          kind: 'listen',
          target: random.below(TARGET_COUNT),
          isOnce: random.chance(0.3),
          blocks: [this.#syncBlock(depth)],
          operands: [],
        }),
      ],
      [6, () => ({ kind: 'dispatch', target: random.below(TARGET_COUNT), blocks: [], operands: [] })],
      [
        6,
        () => ({
          kind: 'settleGate',
          gate: random.below(GATE_COUNT),
          rejects: random.chance(0.1),
          blocks: [],
          operands: [this.#simpleOperand(depth)],
        }),
      ],
      [6, () => this.#generator(depth)],
      [7, () => ({ kind: 'resume', ...this.#register(), how: this.#resume(), blocks: [], operands: [] })],
      [1, () => ({ kind: 'rejectUnhandled', blocks: [], operands: [] })],
    ]);
  }

  #exit(body: Block): Statement & Operand {
    return { kind: 'exit', storage: this.#storage(), blocks: [body], operands: [] };
  }

  #generator(depth: number): Statement {
    const isAsync = this.#random.chance(0.6);
    return {
      kind: 'generator',
      ...this.#register(),
      isAsync,
      blocks: [this.#block(depth + 1, isAsync, 5, true), this.#rareBlock(depth, isAsync)],
      operands: [],
    };
  }

  #operand(depth: number): Operand {
    const random = this.#random;
    if (depth >= MAX_DEPTH) return this.#simpleOperand(depth);
    return this.#choose<Operand>([
      [30, () => this.#simpleOperand(depth)],
      [8, () => ({ kind: 'gate', gate: random.below(GATE_COUNT), blocks: [], operands: [] })],
      [14, () => ({ kind: 'call', blocks: [this.#asyncBlock(depth)], operands: [this.#returned(depth)] })],
      [14, () => ({ kind: 'run', ...this.#storageAndValue(), blocks: [this.#asyncBlock(depth)], operands: [] })],
      [this.#features.hasExit ? 3 : 0, () => this.#exit(this.#asyncBlock(depth))],
      [5, () => ({ kind: 'restore', ...this.#register(), blocks: [this.#asyncBlock(depth)], operands: [] })],
      [12, () => this.#chain(depth)],
      [
        6,
        () => ({
          kind: 'combine',
          how: random.pick(['all', 'allSettled', 'race', 'any']),
          blocks: [],
          operands: this.#operands(depth),
        }),
      ],
      [8, () => ({ kind: 'resume', ...this.#register(), how: this.#resume(), blocks: [], operands: [] })],
      [8, () => this.#forAwait(depth)],
      [
        2,
        () => ({
          kind: 'pipeline',
          api: random.pick(['promise', 'callback']),
          blocks: [this.#rareBlock(depth, true), this.#rareBlock(depth, false), this.#rareBlock(depth, false)],
          operands: [],
        }),
      ],
      [
        2,
        () => ({
          kind: 'readable',
          blocks: [this.#rareBlock(depth, false), this.#rareBlock(depth, false)],
          operands: [],
        }),
      ],
    ]);
  }

  #operands(depth: number): Operand[] {
    return Array.from({ length: 1 + this.#random.below(3) }, () => this.#operand(depth + 1));
  }

  /** Generates an operand that waits for no other flow, so that a gate can be settled with it. */
  #simpleOperand(depth: number): Operand {
    const random = this.#random;
    return this.#choose<Operand>([
      [2, () => ({ kind: 'value', value: this.#value(), blocks: [], operands: [] })],
      [
        3,
        () => ({
          kind: 'settled',
          rejects: random.chance(0.15),
          isSubclass: random.chance(0.3),
          blocks: [],
          operands: [],
        }),
      ],
      [
        3,
        () => ({
          kind: 'thenable',
          scheduler: random.chance(0.4) ? 'synchronously' : this.#scheduler(),
          rejects: random.chance(0.1),
          isAdopted: random.chance(0.4),
          blocks: [this.#rareBlock(depth, false)],
          operands: [],
        }),
      ],
      [4, () => ({ kind: 'scheduled', scheduler: this.#scheduler(), blocks: [], operands: [] })],
    ]);
  }

  #returned(depth: number): Operand {
    return this.#random.chance(0.7) ? UNDEFINED_OPERAND : this.#simpleOperand(depth);
  }

  #chain(depth: number): Operand {
    const isAsync = this.#random.chance(0.3);
    return {
      kind: 'chain',
      how: this.#random.pick(['then', 'then both', 'catch', 'finally']),
      isAsync,
      blocks: [this.#nestedBlock(depth, isAsync), this.#rareBlock(depth, isAsync)],
      operands: [this.#operand(depth + 1), this.#returned(depth)],
    };
  }

  #forAwait(depth: number): Operand {
    const source = this.#random.pick(['generator', 'readable', 'list'] as const);
    const isList = source === 'list';
    return {
      kind: 'for await',
      source,
      rounds: this.#random.below(3),
      blocks: [
        isList ? [] : this.#block(depth + 1, true, 4, true),
        isList ? [] : this.#rareBlock(depth, true),
        this.#nestedBlock(depth, true),
      ],
      operands: isList ? this.#operands(depth) : [],
    };
  }

  #storageAndValue(): { storage: number; value: number } {
    return { storage: this.#storage(), value: this.#value() };
  }

  #storage(): number {
    return this.#random.below(this.#storageCount);
  }

  #value(): number {
    return this.#random.below(VALUES.length);
  }

  #register(): { register: number } {
    return { register: this.#random.below(REGISTER_COUNT) };
  }

  #resume(): Resume {
    return this.#random.pick(['next', 'next', 'next', 'next', 'next', 'next', 'next', 'return', 'throw']);
  }

  #capture(): Capture {
    return this.#random.pick(['snapshot', 'bind', 'AsyncResource', 'AsyncResource#bind', 'AsyncResource.bind']);
  }

  /** Timers, immediates and the thread pool race with each other, so an ordered program uses only one of them. */
  #scheduler(): Scheduler {
    return this.#isOrdered
      ? this.#random.pick(['queueMicrotask', 'process.nextTick', this.#clock, this.#clock])
      : this.#random.pick([
          'queueMicrotask',
          'process.nextTick',
          'setImmediate',
          'setTimeout',
          'fs.stat',
          'crypto.randomBytes',
        ]);
  }

  #choose<T>(choices: readonly Choice<T>[]): T {
    let position = this.#random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of choices) {
      if (position < weight) return make();
      position -= weight;
    }
    throw new RangeError('No alternative has a weight above 0.');
  }
}
