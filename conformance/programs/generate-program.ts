/** Makes up a program from a seed. */
import type { Features } from './api.js';
import {
  type Block,
  type Capture,
  GATES,
  NOTHING,
  type Operand,
  type Program,
  REGISTERS,
  type Resume,
  type Scheduler,
  type Statement,
  type StorageOptions,
  TARGETS,
  VALUES,
} from './program.js';
import { Random } from './random.js';

const DEEPEST = 5;
/** Statements of a program, about: those that use what was just made are not counted. */
const LARGEST = 60;
/** The core's frames hold a storage's values in another way from its hundredth on. */
const MANY_USES = 100;

export function generate(seed: number, features: Features): Program {
  return new Author(seed, features).program();
}

/** The weights say how often, among those that fit, each kind is chosen. */
type Choice<T> = readonly [weight: number, make: () => T];

class Author {
  readonly #random: Random;
  readonly #features: Features;
  readonly #ordered: boolean;
  readonly #clock: 'setImmediate' | 'setTimeout';
  readonly #storages: number;
  #left: number;

  constructor(seed: number, features: Features) {
    this.#random = new Random(seed);
    this.#features = features;
    this.#ordered = this.#random.chance(0.8);
    this.#clock = this.#random.chance(0.8) ? 'setImmediate' : 'setTimeout';
    this.#storages = 2 + this.#random.below(4);
    this.#left = 15 + this.#random.below(LARGEST - 15);
  }

  program(): Program {
    const storages = Array.from({ length: this.#storages }, () => this.#storageOptions());
    const flows = Array.from({ length: 2 + this.#random.below(3) }, () => this.#flow());
    const main = [...flows, ...this.#block(1, true, 6)];
    const { enterInResource } = this.#features;
    return { ordered: this.#ordered, clock: this.#clock, enterInResource, storages, main };
  }

  #storageOptions(): StorageOptions {
    return {
      ...(this.#features.defaultValue && this.#random.chance(0.25) ? { defaultValue: this.#value() } : {}),
      uses: this.#random.chance(0.1) ? MANY_USES - this.#random.below(8) : 0,
    };
  }

  /** Something that goes on beside all the others. */
  #flow(): Statement {
    const body = this.#block(1, true, 6);
    const of: Operand = this.#random.chance(0.7)
      ? { kind: 'run', ...this.#storageAndValue(), blocks: [body], operands: [] }
      : { kind: 'call', blocks: [body], operands: [NOTHING] };
    return { kind: 'leave', blocks: [], operands: [of] };
  }

  /** Of one to `most` statements, or of none where the program is long or deep enough. */
  #block(depth: number, async: boolean, most: number, yields = false): Block {
    if (depth > DEEPEST) return [];
    const block: Statement[] = [];
    for (let count = 1 + this.#random.below(most); count > 0 && this.#left > 0; count--) {
      this.#left--;
      const statement = yields && this.#random.chance(0.4) ? this.#yield(depth) : this.#statement(depth, async);
      block.push(statement, ...this.#usesOf(statement, depth, async));
    }
    return block;
  }

  /** What waits to be used often is, in the next statements; else by chance, in another flow or never. */
  #usesOf(statement: Statement, depth: number, async: boolean): Statement[] {
    if (this.#random.chance(0.3)) return [];
    switch (statement.kind) {
      case 'generator':
        return Array.from({ length: 1 + this.#random.below(3) }, () => this.#resumption(statement, async));
      case 'capture': {
        const { register } = statement;
        return [
          { kind: 'enterWith', ...this.#storageAndValue(), blocks: [], operands: [] },
          { kind: 'restore', register, blocks: [this.#sync(depth)], operands: [] },
        ];
      }
      case 'listen':
        return [{ kind: 'dispatch', target: statement.target, blocks: [], operands: [] }];
      default:
        return [];
    }
  }

  #resumption(generator: Extract<Statement, { kind: 'generator' }>, async: boolean): Statement {
    const resume = {
      kind: 'resume',
      register: generator.register,
      how: this.#resume(),
      blocks: [],
      operands: [],
    } as const;
    if (!generator.async) return resume;
    return { kind: async && this.#random.chance(0.5) ? 'await' : 'leave', blocks: [], operands: [resume] };
  }

  #sync(depth: number): Block {
    return this.#block(depth + 1, false, 3);
  }

  #async(depth: number): Block {
    return this.#block(depth + 1, true, 4);
  }

  #same(depth: number, async: boolean): Block {
    return this.#block(depth + 1, async, 3);
  }

  /** For a block that most often has nothing in it. */
  #seldom(depth: number, async: boolean): Block {
    return this.#random.chance(0.4) ? this.#block(depth + 1, async, 2) : [];
  }

  #yield(depth: number): Statement {
    return { kind: 'yield', blocks: [], operands: [this.#simpleOperand(depth)] };
  }

  #statement(depth: number, async: boolean): Statement {
    const random = this.#random;
    return this.#choose<Statement>([
      [async ? 40 : 0, () => ({ kind: 'await', blocks: [], operands: [this.#operand(depth)] })],
      [async ? 10 : 15, () => ({ kind: 'leave', blocks: [], operands: [this.#operand(depth)] })],
      [10, () => ({ kind: 'run', ...this.#storageAndValue(), blocks: [this.#sync(depth)], operands: [] })],
      [this.#features.exit ? 3 : 0, () => this.#exit(this.#sync(depth))],
      [12, () => ({ kind: 'enterWith', ...this.#storageAndValue(), blocks: [], operands: [] })],
      [this.#features.disable ? 2 : 0, () => ({ kind: 'disable', storage: this.#storage(), blocks: [], operands: [] })],
      [
        this.#features.withScope ? 4 : 0,
        () => ({ kind: 'scope', ...this.#storageAndValue(), blocks: [this.#same(depth, async)], operands: [] }),
      ],
      [
        8,
        () => ({
          kind: 'try',
          blocks: [this.#same(depth, async), this.#seldom(depth, async), this.#seldom(depth, async)],
          operands: [],
          catches: random.chance(0.75),
          overrides: random.chance(0.15),
        }),
      ],
      [2, () => ({ kind: 'throw', blocks: [], operands: [] })],
      [8, () => ({ kind: 'later', scheduler: this.#scheduler(), blocks: [this.#sync(depth)], operands: [] })],
      [
        this.#ordered && this.#clock === 'setImmediate' ? 0 : 3,
        () => ({ kind: 'interval', rounds: 1 + random.below(3), blocks: [this.#sync(depth)], operands: [] }),
      ],
      [6, () => ({ kind: 'capture', ...this.#register(), how: this.#capture(), blocks: [], operands: [] })],
      [6, () => ({ kind: 'restore', ...this.#register(), blocks: [this.#sync(depth)], operands: [] })],
      [
        5,
        () => ({
          kind: 'listen',
          target: random.below(TARGETS),
          once: random.chance(0.3),
          blocks: [this.#sync(depth)],
          operands: [],
        }),
      ],
      [6, () => ({ kind: 'dispatch', target: random.below(TARGETS), blocks: [], operands: [] })],
      [
        6,
        () => ({
          kind: 'open',
          gate: random.below(GATES),
          rejects: random.chance(0.1),
          blocks: [],
          operands: [this.#simpleOperand(depth)],
        }),
      ],
      [6, () => this.#generator(depth)],
      [7, () => ({ kind: 'resume', ...this.#register(), how: this.#resume(), blocks: [], operands: [] })],
      [1, () => ({ kind: 'forsake', blocks: [], operands: [] })],
    ]);
  }

  #exit(body: Block): Statement & Operand {
    return { kind: 'exit', storage: this.#storage(), blocks: [body], operands: [] };
  }

  #generator(depth: number): Statement {
    const async = this.#random.chance(0.6);
    return {
      kind: 'generator',
      ...this.#register(),
      async,
      blocks: [this.#block(depth + 1, async, 5, true), this.#seldom(depth, async)],
      operands: [],
    };
  }

  #operand(depth: number): Operand {
    const random = this.#random;
    if (depth >= DEEPEST) return this.#simpleOperand(depth);
    return this.#choose<Operand>([
      [30, () => this.#simpleOperand(depth)],
      [8, () => ({ kind: 'gate', gate: random.below(GATES), blocks: [], operands: [] })],
      [14, () => ({ kind: 'call', blocks: [this.#async(depth)], operands: [this.#returned(depth)] })],
      [14, () => ({ kind: 'run', ...this.#storageAndValue(), blocks: [this.#async(depth)], operands: [] })],
      [this.#features.exit ? 3 : 0, () => this.#exit(this.#async(depth))],
      [5, () => ({ kind: 'restore', ...this.#register(), blocks: [this.#async(depth)], operands: [] })],
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
          blocks: [this.#seldom(depth, true), this.#seldom(depth, false), this.#seldom(depth, false)],
          operands: [],
        }),
      ],
      [
        2,
        () => ({
          kind: 'readable',
          blocks: [this.#seldom(depth, false), this.#seldom(depth, false)],
          operands: [],
        }),
      ],
    ]);
  }

  #operands(depth: number): Operand[] {
    return Array.from({ length: 1 + this.#random.below(3) }, () => this.#operand(depth + 1));
  }

  /** One that waits for no other flow, and so may be what a gate is opened with. */
  #simpleOperand(depth: number): Operand {
    const random = this.#random;
    return this.#choose<Operand>([
      [2, () => ({ kind: 'value', value: this.#value(), blocks: [], operands: [] })],
      [
        3,
        () => ({
          kind: 'settled',
          rejects: random.chance(0.15),
          subclass: random.chance(0.3),
          blocks: [],
          operands: [],
        }),
      ],
      [
        3,
        () => ({
          kind: 'thenable',
          scheduler: random.chance(0.4) ? 'at once' : this.#scheduler(),
          rejects: random.chance(0.1),
          adopted: random.chance(0.4),
          blocks: [this.#seldom(depth, false)],
          operands: [],
        }),
      ],
      [4, () => ({ kind: 'scheduled', scheduler: this.#scheduler(), blocks: [], operands: [] })],
    ]);
  }

  #returned(depth: number): Operand {
    return this.#random.chance(0.7) ? NOTHING : this.#simpleOperand(depth);
  }

  #chain(depth: number): Operand {
    const async = this.#random.chance(0.3);
    return {
      kind: 'chain',
      how: this.#random.pick(['then', 'then both', 'catch', 'finally']),
      async,
      blocks: [this.#same(depth, async), this.#seldom(depth, async)],
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
        isList ? [] : this.#seldom(depth, true),
        this.#same(depth, true),
      ],
      operands: isList ? this.#operands(depth) : [],
    };
  }

  #storageAndValue(): { storage: number; value: number } {
    return { storage: this.#storage(), value: this.#value() };
  }

  #storage(): number {
    return this.#random.below(this.#storages);
  }

  #value(): number {
    return this.#random.below(VALUES.length);
  }

  #register(): { register: number } {
    return { register: this.#random.below(REGISTERS) };
  }

  #resume(): Resume {
    return this.#random.pick(['next', 'next', 'next', 'next', 'next', 'next', 'next', 'return', 'throw']);
  }

  #capture(): Capture {
    return this.#random.pick(['snapshot', 'bind', 'AsyncResource', 'AsyncResource#bind', 'AsyncResource.bind']);
  }

  /** Timers, immediates and the thread pool race each other, so an ordered program has one of them only. */
  #scheduler(): Scheduler {
    return this.#ordered
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
    let at = this.#random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of choices) {
      if (at < weight) return make();
      at -= weight;
    }
    throw new RangeError('none of the choices has a weight');
  }
}
