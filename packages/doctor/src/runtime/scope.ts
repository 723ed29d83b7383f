/**
 * The model of the doctor.
 *
 *   scope      what one `run()` or `enterWith()` opens: a storage and its value, inside another scope
 *   within     a scope is within itself and within every scope around it
 *   made       a function is made in the scope that is current when the function around it is entered
 *   lost call  a call of a function while a scope is current that is not within the one it was made in
 *   mark       a scope that opens with a lost call. It is inside the scope that the function was made in, where its
 *              code belongs. It also refers to the scope of the caller, whose values the code reads
 *
 *     request A: run ─ scope A ─── handler made callback f
 *                                                      ╲
 *     request B: run ─ scope B ─── pool calls f ──────── mark { parent: A, caller: B } ─── f reads the value of B
 *
 * The current scope is the value of a storage of the runtime, so it follows all code as the application's values do.
 */
import type { Stack } from './stack.js';

/** Scopes around a scope. Values of more are kept without their scopes, so that endless nesting has an end. */
const MAXIMUM_DEPTH = 64;

/** Two flows that keep calling functions of each other would otherwise keep all marks of the past. */
const MAXIMUM_NESTING = 8;

/** The storages of all classes, as far as the doctor uses them. */
export interface Storage {
  readonly name?: unknown;
}

/** Stands for a storage in scopes, which would otherwise keep it. */
export class StorageKey {
  readonly storage: WeakRef<Storage>;

  constructor(storage: Storage) {
    this.storage = new WeakRef(storage);
  }
}

const keys = new WeakMap<Storage, StorageKey>();

export function keyOf(storage: Storage): StorageKey {
  let key = keys.get(storage);
  if (key === undefined) {
    key = new StorageKey(storage);
    keys.set(storage, key);
  }
  return key;
}

/** A value that a scope does not keep: an object is collected as it would be without the doctor. */
export type Held = WeakRef<object> | { readonly primitive: unknown };

export function held(value: unknown): Held {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? new WeakRef(value)
    : { primitive: value };
}

export class Scope {
  readonly parent: Scope | undefined;
  /** Undefined for a mark. */
  readonly key: StorageKey | undefined;
  readonly value: Held | undefined;
  readonly depth: number;
  /** Values of scopes that are no longer known, if there were too many. */
  readonly forgotten: ReadonlyMap<StorageKey, Held> | undefined;
  /** What flow-ends.ts notes about the flow that it has opened. A weak map of all scopes would cost more. */
  flow: object | undefined = undefined;

  constructor(parent: Scope | undefined, key?: StorageKey, value?: Held) {
    const isTooDeep = parent !== undefined && parent.depth >= MAXIMUM_DEPTH;
    this.parent = isTooDeep ? undefined : parent;
    this.key = key;
    this.value = value;
    this.depth = isTooDeep || parent === undefined ? 0 : parent.depth + 1;
    this.forgotten = isTooDeep ? valuesOf(parent) : undefined;
  }

  /** The same setting in another scope. */
  movedTo(parent: Scope | undefined): Scope {
    return new Scope(parent, this.key, this.value);
  }
}

export class Mark extends Scope {
  /** The scope of the caller, which is no mark. */
  readonly caller: Scope | undefined;
  /** What was current before the call. */
  readonly previous: Scope | undefined;
  /** How many marks are kept by `previous`. */
  readonly nesting: number;
  /** The number of the site of the function. */
  readonly site: number;
  /** The stack of the call, as raw frames; undefined if it was not recorded. */
  readonly stack: Stack | undefined;

  constructor(made: Scope, previous: Scope | undefined, site: number, stack: Stack | undefined) {
    super(made);
    this.caller = previous instanceof Mark ? previous.caller : previous;
    this.nesting = previous instanceof Mark ? previous.nesting + 1 : 0;
    this.previous = this.nesting > MAXIMUM_NESTING ? this.caller : previous;
    if (this.previous === this.caller) this.nesting = 0;
    this.site = site;
    this.stack = stack;
  }
}

/** Whether `outer` is a scope or around it. If scopes are no longer known, it may be one of them. */
export function isWithin(scope: Scope | undefined, outer: Scope): boolean {
  let last: Scope | undefined;
  for (let at = scope; at !== undefined; at = at.parent) {
    if (at === outer) return true;
    last = at;
  }
  return last?.forgotten !== undefined;
}

/** Whether one of two scopes is within the other. */
export function isSameFlow(a: Scope, b: Scope): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

/** Whether a scope is in a lost call. */
export function isLost(scope: Scope | undefined): boolean {
  for (let at = scope; at !== undefined; at = at.parent) if (at instanceof Mark) return true;
  return false;
}

/** Whether `outer` is known to be a scope or around it. */
export function hasAround(scope: Scope, outer: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

/** In place of an object that has been collected: it differs from every value that can still be read. */
const COLLECTED = Symbol('collected');

/** What a scope sets for a storage: undefined if it sets nothing. */
export function settingIn(scope: Scope | undefined, key: StorageKey): { readonly value: unknown } | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    if (at.key === key && at.value !== undefined) return release(at.value);
    const forgotten = at.forgotten?.get(key);
    if (forgotten !== undefined) return release(forgotten);
  }
  return undefined;
}

function release(value: Held): { readonly value: unknown } {
  return { value: 'primitive' in value ? value.primitive : (value.deref() ?? COLLECTED) };
}

/** The outermost scope around `scope` that is not around `other`: the branch on which both differ. */
export function branchOf(scope: Scope | undefined, other: Scope): Scope | undefined {
  let branch: Scope | undefined;
  for (let at = scope; at !== undefined; at = at.parent) {
    if (isWithin(other, at)) break;
    branch = at;
  }
  return branch;
}

function valuesOf(scope: Scope | undefined): Map<StorageKey, Held> {
  const values = new Map<StorageKey, Held>();
  for (let at = scope; at !== undefined; at = at.parent) {
    if (at.key !== undefined && at.value !== undefined && !values.has(at.key)) values.set(at.key, at.value);
    for (const [key, value] of at.forgotten ?? []) if (!values.has(key)) values.set(key, value);
  }
  return values;
}
