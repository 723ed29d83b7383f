/**
 * A random program of async code, as data: a tree of statements that run-program.ts executes, print.ts prints,
 * generate.ts makes up and shrink.ts cuts down.
 *
 * A block is the body of a function or of a `try`. A statement stands in a block. An operand is an expression whose
 * value can be awaited, or left to itself, and then a flow of its own goes on beside the one that left it.
 * Storages, values, gates and registers are numbers that count modulo how many there are, and what makes no sense where
 * it stands has a meaning all the same (`await` in a function that is not async leaves its operand, `yield` outside of
 * a generator does nothing): so every part of a program can be taken out, or stand in another's place, and what is left
 * is a program.
 */

/** What a value number stands for. Objects and strings, since frames may hold them in different ways. */
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

export const GATES = 3;
export const REGISTERS = 3;

/** The last one is an EventTarget, the others are event emitters. */
export const TARGETS = 3;

/** Where a callback can be handed to, and be called later. */
export type Scheduler =
  | 'queueMicrotask'
  | 'process.nextTick'
  | 'setImmediate'
  | 'setTimeout'
  | 'fs.stat'
  | 'crypto.randomBytes';

/** A way to hold a frame and to run a function in it. */
export type Capture = 'snapshot' | 'bind' | 'AsyncResource' | 'AsyncResource#bind' | 'AsyncResource.bind';

export type Resume = 'next' | 'return' | 'throw';

/** Every statement and every operand: what it holds in blocks and operands, besides the fields of its own. */
export interface Node<Kind extends string = string, Blocks = readonly Block[], Operands = readonly Operand[]> {
  readonly kind: Kind;
  readonly blocks: Blocks;
  readonly operands: Operands;
}

type None = readonly [];

interface OfStorage {
  readonly storage: number;
}

interface OfValue extends OfStorage {
  readonly value: number;
}

interface OfRegister {
  readonly register: number;
}

export type Statement =
  /** `await operand` */
  | Node<'await', None, readonly [Operand]>
  /** The operand, not awaited. */
  | Node<'leave', None, readonly [Operand]>
  | (Node<'run', readonly [body: Block], None> & OfValue)
  | (Node<'exit', readonly [body: Block], None> & OfStorage)
  | (Node<'enterWith', None, None> & OfValue)
  | (Node<'disable', None, None> & OfStorage)
  /** A block that begins with `using scope = storage.withScope(value)`. */
  | (Node<'scope', readonly [body: Block], None> & OfValue)
  /** `catch` where `catches`; a `return` at the end of the `finally` block where `overrides`. */
  | (Node<'try', readonly [body: Block, caught: Block, final: Block], None> & {
      readonly catches: boolean;
      readonly overrides: boolean;
    })
  | Node<'throw', None, None>
  | (Node<'later', readonly [callback: Block], None> & { readonly scheduler: Scheduler })
  | (Node<'interval', readonly [callback: Block], None> & { readonly rounds: number })
  | (Node<'capture', None, None> & OfRegister & { readonly how: Capture })
  | (Node<'restore', readonly [body: Block], None> & OfRegister)
  | (Node<'listen', readonly [listener: Block], None> & { readonly target: number; readonly once: boolean })
  | (Node<'dispatch', None, None> & { readonly target: number })
  /** Settles a gate: a promise of the whole program, which any flow may await. */
  | (Node<'open', None, readonly [Operand]> & { readonly gate: number; readonly rejects: boolean })
  /** Makes a generator object, whose body begins with the first `resume`. */
  | (Node<'generator', readonly [body: Block, final: Block], None> & OfRegister & { readonly async: boolean })
  /** `next`, `return` or `throw` of a sync generator. */
  | (Node<'resume', None, None> & OfRegister & { readonly how: Resume })
  | Node<'yield', None, readonly [Operand]>
  /** A rejection that nobody handles. The handler of `unhandledRejection` looks at the storages too. */
  | Node<'forsake', None, None>;

export type Operand =
  | (Node<'value', None, None> & { readonly value: number })
  | (Node<'settled', None, None> & { readonly rejects: boolean; readonly subclass: boolean })
  /** Calls back at once, or later; `adopted` is a promise resolved with the thenable. */
  | (Node<'thenable', readonly [then: Block], None> & {
      readonly scheduler: Scheduler | 'at once';
      readonly rejects: boolean;
      readonly adopted: boolean;
    })
  | (Node<'gate', None, None> & { readonly gate: number })
  /** A promise that a scheduler's callback resolves. */
  | (Node<'scheduled', None, None> & { readonly scheduler: Scheduler })
  /** The call of an async function. */
  | Node<'call', readonly [body: Block], readonly [returned: Operand]>
  | (Node<'run', readonly [body: Block], None> & OfValue)
  | (Node<'exit', readonly [body: Block], None> & OfStorage)
  | (Node<'restore', readonly [body: Block], None> & OfRegister)
  /** `then`, `catch` or `finally` of a promise; the callbacks are async functions where `async`. */
  | (Node<'chain', readonly [fulfilled: Block, rejected: Block], readonly [base: Operand, returned: Operand]> & {
      readonly how: 'then' | 'then both' | 'catch' | 'finally';
      readonly async: boolean;
    })
  | (Node<'combine', None, readonly Operand[]> & { readonly how: 'all' | 'allSettled' | 'race' | 'any' })
  /** `next`, `return` or `throw` of an async generator; several may queue. */
  | (Node<'resume', None, None> & OfRegister & { readonly how: Resume })
  /** `for await` over an async generator, over a Readable made of one, or over a list of operands. */
  | (Node<'for await', readonly [body: Block, final: Block, loop: Block], readonly Operand[]> & {
      readonly source: 'generator' | 'readable' | 'list';
      /** Rounds before the loop is left by `break`. */
      readonly rounds: number;
    })
  | (Node<'pipeline', readonly [source: Block, transform: Block, sink: Block], None> & {
      readonly api: 'promise' | 'callback';
    })
  /** A Readable with listeners for `data` and `end`. */
  | Node<'readable', readonly [data: Block, end: Block], None>;

/** The operand `undefined`. */
export const NOTHING: Operand = { kind: 'value', value: VALUES.indexOf(undefined), blocks: [], operands: [] };

export type Block = readonly Statement[];

export interface StorageOptions {
  /** A value number. */
  readonly defaultValue?: number;
  /** How often the storage is run before the program starts: frames may come to hold its values in another way. */
  readonly uses: number;
}

export interface Program {
  /** Whether its events come in one order however fast the machine is, so that two runs of it can be compared. */
  readonly ordered: boolean;
  /** The scheduler that opens the gates which nobody else opens. */
  readonly clock: 'setImmediate' | 'setTimeout';
  /** Whether a captured frame can be restored inside itself, and `enterWith` does something in one or in an interval. */
  readonly enterInResource: boolean;
  readonly storages: readonly StorageOptions[];
  readonly main: Block;
}

/** The letters of a path: `3b0` is the first statement of the second block of statement 3, `3p` its first operand. */
export function blockPath(path: string, index: number): string {
  return path + 'abc'.charAt(index);
}

export function operandPath(path: string, index: number): string {
  return path + 'pqrs'.charAt(index);
}

export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null && 'label' in value) return `{${value.label}}`;
  return String(value);
}
