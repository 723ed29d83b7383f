/**
 * What all copies of this package in a process share: the declared values, the current deadline, the key that signs, and
 * what was dropped. A library with its own copy, or one that was imported while the application requires, sends and
 * receives the same values.
 *
 *     Propagated 'tenant' ──┐                       ┌── inject()   reads the storage, writes the entry of each
 *     Propagated 'tenant' ──┼──►  DeclaredValue ────┤
 *     (another copy)        ┘     one for each name └── extract()  decodes the entry, runs in the storage of each
 *
 * The name identifies a value, in the process as between processes: two objects with one name have one storage.
 */
import { AsyncLocalStorage } from 'throughline';
import type { Declaration } from './values/declaration.js';

/**
 * The number of the layout of everything below. A version that changes a member so that another version would misread it
 * changes the number, and then shares nothing with the other.
 */
const LAYOUT = 1;
const SHARED_PREFIX = '@throughline/propagation.layout.';
const SHARED = Symbol.for(`${SHARED_PREFIX}${LAYOUT}`);

/** What a storage holds in a flow that has no value: each object has its own default value. */
export const UNSET: unique symbol = Symbol.for('@throughline/propagation.unset');

/** A declared value: its storage, and what was declared last under its name. */
export interface DeclaredValue {
  readonly name: string;
  readonly storage: AsyncLocalStorage<unknown, unknown>;
  declaration: Declaration;
  /** The text of the last primitive value that was sent: most flows of a process share a few values. */
  lastValue: unknown;
  lastEntry: string;
}

/** The deadline of the current flow. */
export interface Deadline {
  /** The time until the deadline in milliseconds, 0 once it has passed. */
  readonly remaining: number;
  /** Aborts with a `TimeoutError` when the deadline passes, and when the caller cancels if the transport says so. */
  readonly signal: AbortSignal;
}

/** Signs and verifies the entries of values. */
export interface Signer {
  /** Returns the id of the key and the signature, joined by a dot. */
  sign(message: string): string;
  /** Whether a signature of this form belongs to the message. */
  verify(message: string, signature: string): boolean;
}

/** Why an entry was dropped. */
export type DropReason =
  | 'untrusted'
  | 'malformed'
  | 'invalid'
  | 'version'
  | 'too-long'
  | 'too-many'
  | 'duplicate'
  | 'unsigned'
  | 'bad-signature'
  | 'expired'
  | 'unreadable';

/** What was dropped in this process, and who was warned about. */
export interface DropRecord {
  readonly reasons: Map<DropReason, number>;
  readonly names: Map<string, number>;
  readonly warned: Set<string>;
}

interface SharedState {
  readonly values: Map<string, DeclaredValue>;
  readonly deadlines: AsyncLocalStorage<Deadline | undefined>;
  readonly drops: DropRecord;
  signer: Signer | undefined;
}

function shareState(): SharedState {
  const holder = globalThis as { [SHARED]?: SharedState };
  if (holder[SHARED] === undefined) {
    warnOfOtherLayouts();
    const state: SharedState = {
      values: new Map(),
      deadlines: new AsyncLocalStorage<Deadline | undefined>({ name: 'deadline' }),
      drops: { reasons: new Map(), names: new Map(), warned: new Set() },
      signer: undefined,
    };
    Object.defineProperty(holder, SHARED, { value: state });
  }
  return holder[SHARED] as SharedState;
}

function warnOfOtherLayouts(): void {
  const others = Object.getOwnPropertySymbols(globalThis).filter((symbol) =>
    Symbol.keyFor(symbol)?.startsWith(SHARED_PREFIX),
  );
  if (others.length === 0) return;
  console.warn(
    'Two versions of @throughline/propagation that cannot share values are loaded: code that uses one of them sends and ' +
      'receives no values of the other. Install one version for all packages; npm ls @throughline/propagation lists them.',
  );
}

/** The state of all copies in this process. */
export const shared: SharedState = shareState();

/** Creates the storage of a declared value. */
export function createStorage(name: string): AsyncLocalStorage<unknown, unknown> {
  return new AsyncLocalStorage<unknown, unknown>({ name, defaultValue: UNSET });
}

/** Whether a key of baggage is that of a declared value. The propagator of OpenTelemetry percent-encodes keys. */
export function isDeclared(key: string): boolean {
  if (shared.values.has(key)) return true;
  if (!key.includes('%')) return false;
  try {
    return shared.values.has(decodeURIComponent(key));
  } catch {
    return false;
  }
}
