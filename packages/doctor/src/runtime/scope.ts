/**
 * The model of the doctor.
 *
 *   scope          what one `run()` or `enterWith()` opens: a storage and its value, inside another scope
 *   within         a scope is within itself and within every scope around it
 *   made           a function is made in the scope that is current before the statement that makes it
 *   lost call      a call of a function while a scope is current that is not within the one it was made in
 *   mark           a scope that opens with a lost call. It is inside the scope that the function was made in, where its
 *                  code belongs. It also refers to the scope of the caller, whose values the code reads
 *   ground         of two scopes: the innermost scope around both; undefined if that is the root
 *   program scope  the only scope of its storage that is in no other scope of this storage, if what is around it are
 *                  program scopes too: one `run()` around the whole application, or an `enterWith()` at its start
 *   flow           a scope whose ground is the root or a program scope, with everything in it
 *
 *     request A: run ─ scope A ─── handler made callback f
 *                                                      ╲
 *     request B: run ─ scope B ─── pool calls f ──────── mark { parent: A, caller: B } ─── f reads the value of B
 *
 * A call between two scopes is judged by their ground:
 *
 *     root             they belong to different flows
 *     program scope    so do these. That it is one is known when the program ends: a second request shows that the
 *                      scope of the first was none
 *     another scope    they belong to one flow, such as two transactions of a request, one after the other. They are
 *                      treated as different flows if both run side by side: one is current although the other one was
 *                      opened later
 *
 * `enterWith()` in the scope that an earlier `enterWith()` of the same storage has opened replaces this scope, instead
 * of nesting: a loop that enters each job would otherwise nest without end. Both scopes are on one *line*. The later one
 * is within the earlier one, unless scopes of the line turn out to run side by side: several handlers, each of which
 * enters a value, were then called one after the other, in what the first one had entered.
 *
 * The current scope is the value of a storage of the runtime, so it follows all code as the application's values do.
 */
import type { Stack } from './stack.js';

/** Scopes around a scope. Of those further out, only the values are kept, so that endless nesting has an end. */
const MAXIMUM_DEPTH = 64;

/**
 * Marks whose callers are kept. Flows that keep calling functions of each other, such as the jobs of a queue, would
 * otherwise keep their whole past.
 */
const MAXIMUM_NESTING = 8;

/** The storages of all classes, as far as the doctor uses them. */
export interface Storage {
  readonly name?: unknown;
}

/** Stands for a storage in scopes, which would otherwise keep it. */
export class StorageKey {
  /** How many scopes of this storage were opened. */
  scopeCount = 0;
  /** How many of them are in no other scope of this storage. */
  outermostCount = 0;
  /** The number of the last scope that was opened before the storage was disabled. */
  disabledAt = 0;
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

/** What is known of the scopes that are too far out to be kept. */
interface Forgotten {
  readonly settings: ReadonlyMap<StorageKey, Scope>;
  readonly scopes: WeakSet<Scope>;
}

/** Scopes of one storage that replace each other. */
class Line {
  /** The number of the latest one. */
  last = 0;
  isSideBySide = false;
}

/** How many scopes were opened. The last one has this number. */
let openedCount = 0;

export class Scope {
  readonly parent: Scope | undefined;
  /** Undefined for a mark. */
  readonly key: StorageKey | undefined;
  readonly value: Held | undefined;
  /** In the order in which scopes are opened. */
  readonly number: number;
  /** Undefined if it was not opened by `enterWith()`. */
  readonly line: Line | undefined;
  readonly depth: number;
  forgotten: Forgotten | undefined;
  /** How many marks are kept by the scopes around it. */
  nesting: number;
  /** The number of the scope that was opened last when a function was last made here. */
  seenAt = 0;
  /** Whether scopes inside it are known to run side by side. */
  isSideBySide = false;
  /** What flow-ends.ts notes about the flow that it has opened. A weak map of all scopes would cost more. */
  flow: object | undefined = undefined;

  constructor(parent: Scope | undefined, key?: StorageKey, value?: Held, line?: Line, number = ++openedCount) {
    const isTooDeep = parent !== undefined && parent.depth >= MAXIMUM_DEPTH;
    this.parent = isTooDeep ? undefined : parent;
    this.key = key;
    this.value = value;
    this.line = line;
    this.number = number;
    this.depth = isTooDeep || parent === undefined ? 0 : parent.depth + 1;
    this.forgotten = isTooDeep ? forget(parent, outwards) : undefined;
    this.nesting = this.parent?.nesting ?? 0;
  }

  /** The same setting in another scope. */
  movedTo(parent: Scope | undefined): Scope {
    return new Scope(parent, this.key, this.value, this.line, this.number);
  }
}

export class Mark extends Scope {
  /** The scope of the caller, which is not a mark. If many marks follow, only its values are kept. */
  caller: Scope | undefined;
  /** What was current before the call; undefined when the call has ended. */
  previous: Scope | undefined;
  /** While the function is suspended: what was current in it, and what is current for its caller. */
  suspended: { readonly inside: Scope; readonly outside: Scope | undefined } | undefined;
  /** The stack of the call, as raw frames; undefined if it was not recorded. */
  readonly stack: Stack | undefined;

  constructor(made: Scope, previous: Scope | undefined, stack: Stack | undefined) {
    super(made);
    this.caller = previous instanceof Mark ? previous.caller : previous;
    this.previous = previous;
    this.stack = stack;
    this.nesting = Math.max(made.nesting, this.caller?.nesting ?? 0) + 1;
    if (this.nesting <= 2 * MAXIMUM_NESTING) return;
    forgetCallers(this, MAXIMUM_NESTING, new Map());
    this.nesting = MAXIMUM_NESTING;
  }
}

/** The scope around one, where its code belongs. */
function outwards({ parent }: Scope): Scope | undefined {
  return parent;
}

/** The scope around one, whose values its code reads. */
function towardsCaller(scope: Scope): Scope | undefined {
  return scope instanceof Mark ? scope.caller : scope.parent;
}

/** Returns what is known of a scope and those around it when they are no longer kept. */
function forget(scope: Scope, next: typeof outwards): Forgotten {
  const settings = new Map<StorageKey, Scope>();
  let scopes: WeakSet<Scope> | undefined;
  for (let at: Scope | undefined = scope; at !== undefined; at = next(at)) {
    if (at.key !== undefined && !settings.has(at.key)) settings.set(at.key, at.movedTo(undefined));
    for (const [key, setting] of at.forgotten?.settings ?? []) if (!settings.has(key)) settings.set(key, setting);
    // Scopes that nest without end are in one set.
    scopes ??= at.forgotten?.scopes;
  }
  scopes ??= new WeakSet();
  for (let at: Scope | undefined = scope; at !== undefined; at = next(at)) scopes.add(at);
  return { settings, scopes };
}

/** Keeps only the values of the callers of marks that are more than `levels` marks away. */
function forgetCallers(scope: Scope, levels: number, visited: Map<Scope, number>): void {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if ((visited.get(at) ?? -1) >= levels) return;
    visited.set(at, levels);
    if (!(at instanceof Mark) || at.caller === undefined) continue;
    if (levels > 0) {
      forgetCallers(at.caller, levels - 1, visited);
    } else {
      const values = new Scope(undefined);
      values.forgotten = forget(at.caller, towardsCaller);
      at.caller = values;
    }
  }
}

/** Whether `outer` is a scope or around it. */
export function isWithin(scope: Scope | undefined, outer: Scope): boolean {
  let last: Scope | undefined;
  for (let at = scope; at !== undefined; at = at.parent) {
    if (at === outer || (outer.line !== undefined && at.line === outer.line && isLater(at, outer))) return true;
    last = at;
  }
  return last?.forgotten?.scopes.has(outer) === true;
}

/** @param other a scope on the same line; moved to another scope, it has the same number */
function isLater({ number, line }: Scope, other: Scope): boolean {
  return number === other.number || (number > other.number && line?.isSideBySide === false);
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

/** Whether `outer` is kept as a scope or as one around it. */
export function hasAround(scope: Scope, outer: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

/** In place of an object that has been collected: it differs from every value that can still be read. */
const COLLECTED = Symbol('collected');

/** What a scope sets for a storage. */
export interface Setting {
  readonly value: unknown;
  /** The scope that sets it; one without those around it, if these are no longer known. */
  readonly scope: Scope;
}

/** What a scope and those around it set for a storage: undefined if they set nothing. */
export function settingIn(scope: Scope | undefined, key: StorageKey): Setting | undefined {
  return findSetting(scope, key, outwards);
}

/** What code in a scope reads: in a lost call, the values of its caller. */
export function effectiveSettingIn(scope: Scope | undefined, key: StorageKey): Setting | undefined {
  return findSetting(scope, key, towardsCaller);
}

function findSetting(scope: Scope | undefined, key: StorageKey, next: typeof outwards): Setting | undefined {
  for (let at = scope; at !== undefined; at = next(at)) {
    const setting = at.key === key ? at : at.forgotten?.settings.get(key);
    if (setting?.value === undefined) continue;
    const { value } = setting;
    return { value: 'primitive' in value ? value.primitive : (value.deref() ?? COLLECTED), scope: setting };
  }
  return undefined;
}

/** The innermost scope around two; undefined if that is the root. */
export function groundOf(scope: Scope | undefined, other: Scope): Scope | undefined {
  for (let at: Scope | undefined = other; at !== undefined; at = at.parent) if (isWithin(scope, at)) return at;
  return undefined;
}

/** The outermost scope around `scope` that is not around `ground`; undefined if there is none. */
export function branchOf(scope: Scope | undefined, ground: Scope | undefined): Scope | undefined {
  let branch: Scope | undefined;
  for (let at = scope; at !== undefined; at = at.parent) {
    if (ground !== undefined && isWithin(ground, at)) break;
    branch = at;
  }
  return branch;
}

/** The storages of a program scope and those around it; undefined if a scope is none. */
export function storagesOfProgram(scope: Scope): readonly StorageKey[] | undefined {
  const storages: StorageKey[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.key === undefined || at.forgotten !== undefined) return undefined;
    if (!storages.includes(at.key)) storages.push(at.key);
  }
  return haveSingleScopes(storages) ? storages : undefined;
}

/** Whether the scope of these storages still is a program scope. */
export function haveSingleScopes(storages: readonly StorageKey[]): boolean {
  return storages.every(({ outermostCount }) => outermostCount === 1);
}

/** Called when code is in a scope: a function is made, or a storage is read. */
export function noteCurrent(scope: Scope): void {
  scope.seenAt = openedCount;
  const { line, number, key } = scope;
  if (line === undefined || line.isSideBySide || line.last === number) return;
  line.isSideBySide = true;
  if (key !== undefined) key.outermostCount++;
}

/**
 * Whether scopes inside a ground run side by side: code is in the one that was opened first, although the other one was
 * opened.
 * @param made inside the ground: a function was made there
 * @param now inside the ground: it is current
 */
export function areSideBySide(ground: Scope, made: Scope, now: Scope): boolean {
  if (ground.isSideBySide) return true;
  const branch = branchOf(made, ground);
  const other = branchOf(now, ground);
  if (branch === undefined || other === undefined) return false;
  let isFound = other.number < branch.number;
  for (let at: Scope | undefined = made; !isFound && at !== undefined; at = at.parent) {
    isFound = at.seenAt >= other.number;
    if (at === branch) break;
  }
  ground.isSideBySide = isFound;
  return isFound;
}

/** Called when a storage is disabled. What the scopes that are open hold for it is not known from then on. */
export function noteDisabled(storage: Storage): void {
  keyOf(storage).disabledAt = openedCount;
}

/** Opens a scope in the current one. */
export function openedIn(now: Scope | undefined, storage: Storage, value: unknown): Scope {
  return counted(new Scope(now, keyOf(storage), held(value)), now);
}

/** Enters a value in the current scope. An earlier entry of the same storage is replaced. */
export function enteredIn(now: Scope | undefined, storage: Storage, value: unknown): Scope {
  const key = keyOf(storage);
  const [parent, line = new Line()] = withoutEntry(now, key);
  const scope = new Scope(parent, key, held(value), line);
  line.last = scope.number;
  return counted(scope, now);
}

/** The setting of an entered scope in another one. */
export function reenteredIn(now: Scope | undefined, setting: Scope): Scope {
  return setting.movedTo(setting.key === undefined ? now : withoutEntry(now, setting.key)[0]);
}

/** Returns the scope without the entry of a storage, and the line of this entry. */
function withoutEntry(now: Scope | undefined, key: StorageKey): [scope: Scope | undefined, line: Line | undefined] {
  const others: Scope[] = [];
  for (let at = now; at?.line !== undefined; at = at.parent) {
    if (at.key === key) {
      return [others.reduceRight<Scope | undefined>((parent, other) => other.movedTo(parent), at.parent), at.line];
    }
    others.push(at);
  }
  return [now, undefined];
}

function counted(scope: Scope, now: Scope | undefined): Scope {
  const { key, value } = scope;
  // The scope of an `exit()` has no value.
  if (key === undefined || value === undefined || ('primitive' in value && value.primitive === undefined)) return scope;
  key.scopeCount++;
  if (effectiveSettingIn(now, key)?.value === undefined) key.outermostCount++;
  return scope;
}
