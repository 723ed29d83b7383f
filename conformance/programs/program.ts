/**
 * A random program of asynchronous code, as data: a tree of statements. `generate-program.ts` creates it from a seed,
 * `program-run.ts` executes it, `format-program.ts` formats it as text, and `shrink-program.ts` reduces it.
 *
 * - A *block* is the body of a function or of a `try`: a list of statements.
 * - An *operand* is an expression whose value can be awaited. If it is detached instead, it continues as a separate
 *   flow next to the flow that started it.
 * - A *gate* is a promise of the whole program that any flow may await or settle.
 * - A *register* is a variable of the whole program that holds a captured frame or a generator.
 * - A *target* is an event emitter or an event target of the whole program.
 * - A *path* names a position in the tree, for example `3b0`: the first statement of the second block of statement 3.
 *
 * Storages, values, gates, registers and targets are numbers, taken modulo the number of those that exist. A statement
 * that would make no sense in its position has a meaning there too: `await` in a function that is not async detaches
 * its operand, and `yield` outside of a generator does nothing. Therefore every part of a program can be removed or
 * replaced by another part, and the remainder is a program.
 */

/** The value of each value number. Both objects and strings, because frames may hold them differently. */
export const VALUES: readonly unknown[] = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  Object.freeze({ label: 'A' }),
  Object.freeze({ label: 'B' }),
  Object.freeze({ label: 'C' }),
  Object.freeze({ label: 'D' }),
  undefined,
  null,
  Number.NaN,
];

export const GATE_COUNT = 3;
export const REGISTER_COUNT = 3;

/** The last target is an EventTarget, the others are event emitters. */
export const TARGET_COUNT = 3;

/** A function that calls a callback later. */
export type Scheduler =
  | 'queueMicrotask'
  | 'process.nextTick'
  | 'setImmediate'
  | 'setTimeout'
  | 'fs.stat'
  | 'crypto.randomBytes';

/** A way to capture the current frame. All of them result in a function that calls another function in that frame. */
export type Capture = 'snapshot' | 'bind' | 'AsyncResource' | 'AsyncResource#bind' | 'AsyncResource.bind';

/** The method of a generator that resumes it. */
export type Resume = 'next' | 'return' | 'throw';

/** A statement or an operand: the blocks and operands in it, in addition to the fields of its kind. */
export interface ProgramNode<Kind extends string = string, Blocks = readonly Block[], Operands = readonly Operand[]> {
  readonly kind: Kind;
  readonly blocks: Blocks;
  readonly operands: Operands;
}

type None = readonly [];

interface StorageReference {
  readonly storage: number;
}

interface StorageAndValue extends StorageReference {
  readonly value: number;
}

interface RegisterReference {
  readonly register: number;
}

export type Statement =
  /** `await operand` */
  | ProgramNode<'await', None, readonly [Operand]>
  /** The operand without `await`. */
  | ProgramNode<'detach', None, readonly [Operand]>
  | (ProgramNode<'run', readonly [body: Block], None> & StorageAndValue)
  | (ProgramNode<'exit', readonly [body: Block], None> & StorageReference)
  | (ProgramNode<'enterWith', None, None> & StorageAndValue)
  | (ProgramNode<'disable', None, None> & StorageReference)
  /** A block that begins with `using scope = storage.withScope(value)`. */
  | (ProgramNode<'withScope', readonly [body: Block], None> & StorageAndValue)
  /** `catches`: the error is not thrown again. `hasFinalReturn`: the `finally` block ends with a `return`. */
  | (ProgramNode<'try', readonly [body: Block, caught: Block, final: Block], None> & {
      readonly catches: boolean;
      readonly hasFinalReturn: boolean;
    })
  | ProgramNode<'throw', None, None>
  | (ProgramNode<'schedule', readonly [callback: Block], None> & { readonly scheduler: Scheduler })
  | (ProgramNode<'interval', readonly [callback: Block], None> & { readonly rounds: number })
  | (ProgramNode<'capture', None, None> & RegisterReference & { readonly how: Capture })
  | (ProgramNode<'restore', readonly [body: Block], None> & RegisterReference)
  | (ProgramNode<'listen', readonly [listener: Block], None> & { readonly target: number; readonly isOnce: boolean })
  | (ProgramNode<'dispatch', None, None> & { readonly target: number })
  | (ProgramNode<'settleGate', None, readonly [Operand]> & { readonly gate: number; readonly rejects: boolean })
  /** Creates a generator object. Its body begins with the first `resume`. */
  | (ProgramNode<'generator', readonly [body: Block, final: Block], None> &
      RegisterReference & { readonly isAsync: boolean })
  /** `next`, `return` or `throw` of a synchronous generator. */
  | (ProgramNode<'resume', None, None> & RegisterReference & { readonly how: Resume })
  | ProgramNode<'yield', None, readonly [Operand]>
  /** A rejection without a handler. The listener of `unhandledRejection` records the values of the storages too. */
  | ProgramNode<'rejectUnhandled', None, None>;

export type Operand =
  | (ProgramNode<'value', None, None> & { readonly value: number })
  | (ProgramNode<'settled', None, None> & { readonly rejects: boolean; readonly isSubclass: boolean })
  /** Its `then` calls back synchronously or later. `isAdopted`: the operand is a promise resolved with the thenable. */
  | (ProgramNode<'thenable', readonly [then: Block], None> & {
      readonly scheduler: Scheduler | 'synchronously';
      readonly rejects: boolean;
      readonly isAdopted: boolean;
    })
  | (ProgramNode<'gate', None, None> & { readonly gate: number })
  /** A promise that the callback of a scheduler resolves. */
  | (ProgramNode<'scheduled', None, None> & { readonly scheduler: Scheduler })
  /** The call of an async function. */
  | ProgramNode<'call', readonly [body: Block], readonly [returned: Operand]>
  | (ProgramNode<'run', readonly [body: Block], None> & StorageAndValue)
  | (ProgramNode<'exit', readonly [body: Block], None> & StorageReference)
  | (ProgramNode<'restore', readonly [body: Block], None> & RegisterReference)
  /** `then`, `catch` or `finally` of a promise. `isAsync`: the callbacks are async functions. */
  | (ProgramNode<'chain', readonly [fulfilled: Block, rejected: Block], readonly [base: Operand, returned: Operand]> & {
      readonly how: 'then' | 'then both' | 'catch' | 'finally';
      readonly isAsync: boolean;
    })
  | (ProgramNode<'combine', None, readonly Operand[]> & { readonly how: 'all' | 'allSettled' | 'race' | 'any' })
  /** `next`, `return` or `throw` of an async generator. Several calls may be queued. */
  | (ProgramNode<'resume', None, None> & RegisterReference & { readonly how: Resume })
  /** `for await` over an async generator, over a Readable made from one, or over a list of operands. */
  | (ProgramNode<'for await', readonly [body: Block, final: Block, loop: Block], readonly Operand[]> & {
      readonly source: 'generator' | 'readable' | 'list';
      /** The number of rounds before `break` ends the loop. */
      readonly rounds: number;
    })
  | (ProgramNode<'pipeline', readonly [source: Block, transform: Block, sink: Block], None> & {
      readonly api: 'promise' | 'callback';
    })
  /** A Readable with listeners for `data` and `end`. */
  | ProgramNode<'readable', readonly [data: Block, end: Block], None>;

/** The operand `undefined`. */
export const UNDEFINED_OPERAND: Operand = {
  kind: 'value',
  value: VALUES.indexOf(undefined),
  blocks: [],
  operands: [],
};

export type Block = readonly Statement[];

export interface StorageOptions {
  /** A value number. */
  readonly defaultValue?: number;
  /**
   * The number of `run` calls of the storage before the program starts. Frames may hold its values differently
   * afterwards.
   */
  readonly priorRuns: number;
}

export interface Program {
  /**
   * Whether the order of its events does not depend on timing, so that two runs of it can be compared with each other.
   */
  readonly isOrdered: boolean;
  /** The scheduler that resolves the gates which no statement settles. */
  readonly clock: 'setImmediate' | 'setTimeout';
  /**
   * Whether `enterWith` has an effect in a captured frame and in an interval, and whether a captured frame can be
   * restored while it is already restored. Otherwise, the program skips these operations.
   */
  readonly hasResourceReentry: boolean;
  readonly storages: readonly StorageOptions[];
  readonly main: Block;
}

/** The path of a block of the statement or operand with this path. */
export function blockPath(path: string, index: number): string {
  return path + 'abc'.charAt(index);
}

/** The path of an operand of the statement or operand with this path: `3p` is the first operand of statement 3. */
export function operandPath(path: string, index: number): string {
  return path + 'pqrs'.charAt(index);
}

/** Returns the value of a value number. */
export function valueAt(value: number): unknown {
  return VALUES[value % VALUES.length];
}

export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null && 'label' in value) return `{${value.label}}`;
  return String(value);
}
