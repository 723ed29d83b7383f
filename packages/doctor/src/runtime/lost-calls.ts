/** Kind 1: calls of a function that has left its flow, and what these calls read. */
import { noteChange } from './changes.js';
import { currentScope, enterScope } from './current-scope.js';
import { flowObserver } from './flow-observer.js';
import {
  areSideBySide,
  branchOf,
  effectiveSettingIn,
  groundOf,
  hasAround,
  haveSingleScopes,
  isWithin,
  keyOf,
  Mark,
  noteCurrent,
  reenteredIn,
  type Scope,
  type Storage,
  type StorageKey,
  settingIn,
  storagesOfProgram,
} from './scope.js';
import { isSamePlace, recordStack, type Stack } from './stack.js';
import { labelOf, type StorageLabel } from './storage-labels.js';

const STACK_DEPTH = 25;
/** Reads of one function whose stack is recorded. All others are only counted. */
const RECORDED_READS = 20;
const RECORDED_PLACES = 5;
/** Grounds of one site that are told apart. */
const MAXIMUM_GROUNDS = 8;

export interface WrongRead {
  readonly storage: StorageLabel;
  /** The value of another flow was read, or none although the own flow holds one. */
  readonly kind: 'another' | 'missing';
  /** One of the storages with this label: the one with the most scopes. */
  key: StorageKey;
  count: number;
  /** The stacks of reads at different places. */
  readonly stacks: Stack[];
}

/** In place of the number of the flow that has called the functions of a flow. */
const SEVERAL = -1;

/**
 * All lost calls of the functions of one site, between flows of one ground.
 *
 * A function that several flows call may be *shared* by them: it is memoized, or belongs to a connection, and means the
 * flow of its caller. A listener is called by several flows too, and means its own. They differ in who made them:
 *
 *     shared      one flow made the function, and several call it. There may be one for each key or connection
 *     not shared  each flow makes its own function, which another flow calls; or a flow calls those of several others at
 *                 once, as an emitter does
 */
export class LostCalls {
  readonly site: number;
  /** The storages of the program scope that the flows are in; empty in the root. */
  readonly ground: readonly StorageKey[];
  count = 0;
  readonly wrongReads: WrongRead[] = [];
  /** The stack of the first call that read a wrong value, or of the first call. */
  stack: Stack | undefined;
  /** Calls from no flow. */
  rootCount = 0;
  /** By the flow that made functions, the number of the flow that has called them. */
  readonly #callers = new WeakMap<Scope, number>();
  /** Makers whose functions one flow has called, and those whose functions several flows have called. */
  #makersWithOneCaller = 0;
  #makersWithSeveralCallers = 0;
  #isCalledWithOthers = false;
  /** Of the last call: the numbers of both flows and of the turn. */
  #lastMaker = 0;
  #lastCaller = 0;
  #lastTurn = -1;
  #recordedReads = 0;

  constructor(site: number, ground: readonly StorageKey[]) {
    this.site = site;
    this.ground = ground;
  }

  get isShared(): boolean {
    return (
      !this.#isCalledWithOthers &&
      this.#makersWithSeveralCallers > 0 &&
      this.#makersWithSeveralCallers >= this.#makersWithOneCaller
    );
  }

  /** The reads between different flows. In a program scope, a storage with a single scope belongs to the program too. */
  get certainReads(): readonly WrongRead[] {
    return this.ground.length === 0 ? this.wrongReads : this.wrongReads.filter(({ key }) => key.scopeCount > 1);
  }

  /** Whether these are calls between different flows. That the ground is no program scope may have turned out since. */
  get isCertain(): boolean {
    if (this.ground.length === 0) return true;
    return haveSingleScopes(this.ground) && this.certainReads.length > 0;
  }

  /**
   * Notes which flow has called a function.
   * @param maker the flow that made the function
   * @param caller undefined for a call from no flow
   */
  addCall(maker: Scope, caller: Scope | undefined): void {
    this.count++;
    if (caller === undefined) {
      this.rootCount++;
      return;
    }
    const known = this.#callers.get(maker);
    if (known === undefined) {
      this.#callers.set(maker, caller.number);
      this.#makersWithOneCaller++;
    } else if (known !== SEVERAL && known !== caller.number) {
      this.#callers.set(maker, SEVERAL);
      this.#makersWithOneCaller--;
      this.#makersWithSeveralCallers++;
    }
    if (this.#isCalledWithOthers) return;
    const turn = currentTurn();
    const isSameCaller = this.#lastTurn === turn && this.#lastCaller === caller.number;
    this.#isCalledWithOthers = isSameCaller && this.#lastMaker !== maker.number;
    this.#lastMaker = maker.number;
    this.#lastCaller = caller.number;
    this.#lastTurn = turn;
  }

  addWrongRead(storage: Storage, kind: WrongRead['kind'], mark: Mark): void {
    if (this.wrongReads.length === 0 && mark.stack !== undefined) this.stack = mark.stack;
    const key = keyOf(storage);
    const label = labelOf(storage);
    let read = this.wrongReads.find((known) => known.storage === label && known.kind === kind);
    if (read === undefined) {
      read = { storage: label, kind, key, count: 0, stacks: [] };
      this.wrongReads.push(read);
    }
    read.count++;
    if (key.scopeCount > read.key.scopeCount) read.key = key;
    this.#recordPlace(read);
    noteChange(read.count);
  }

  #recordPlace({ stacks }: WrongRead): void {
    if (this.#recordedReads >= RECORDED_READS || stacks.length >= RECORDED_PLACES) return;
    this.#recordedReads++;
    const stack = recordStack(STACK_DEPTH);
    if (!stacks.some((known) => isSamePlace(known[0], stack[0]))) stacks.push(stack);
  }

  /** Stacks are recorded until a wrong value was read, and less and less often. */
  get needsStack(): boolean {
    return this.wrongReads.length === 0 && (this.count <= 5 || (this.count & (this.count - 1)) === 0);
  }
}

const { queueMicrotask } = globalThis;
let turn = 0;
let isTurnEnding = false;

/** Calls that a loop makes have the same number, calls of different jobs have not. */
function currentTurn(): number {
  if (!isTurnEnding) {
    isTurnEnding = true;
    queueMicrotask(() => {
      isTurnEnding = false;
      turn++;
    });
  }
  return turn;
}

const callsBySite = new Map<number, LostCalls[]>();
const callsByMark = new WeakMap<Mark, LostCalls>();

/** Whether any mark exists. Reads are compared only then. */
export let hasMarks = false;

/** What is reported of the functions of a site: the calls from one flow to another, in all scopes together. */
export interface LostCallsOfSite {
  readonly site: number;
  readonly count: number;
  readonly rootCount: number;
  readonly isShared: boolean;
  readonly stack: Stack | undefined;
  readonly wrongReads: readonly Omit<WrongRead, 'key'>[];
}

export function allLostCalls(): LostCallsOfSite[] {
  return [...callsBySite].flatMap(([site, all]) => callsOfSite(site, all) ?? []);
}

/** Returns the lost calls of the site that a record, which the observer of flows was given, is part of. */
export function lostCallsWith(record: object): LostCallsOfSite | undefined {
  for (const [site, all] of callsBySite) {
    if (all.some((calls) => calls === record)) return callsOfSite(site, all);
  }
  return undefined;
}

function callsOfSite(site: number, all: readonly LostCalls[]): LostCallsOfSite | undefined {
  const certain = all.filter((calls) => calls.isCertain);
  const counted = certain.filter(({ count }) => count > 0);
  if (counted.length === 0) return undefined;
  const reading = counted.find(({ wrongReads }) => wrongReads.length > 0);
  return {
    site,
    count: counted.reduce((sum, { count }) => sum + count, 0),
    rootCount: counted.reduce((sum, { rootCount }) => sum + rootCount, 0),
    // Calls from no flow do not show whether a function is shared.
    isShared:
      counted.some(({ isShared }) => isShared) &&
      counted.every(({ isShared, count, rootCount }) => isShared || count === rootCount),
    stack: (reading ?? counted[0])?.stack,
    wrongReads: mergedReads(certain.flatMap(({ certainReads }) => certainReads)),
  };
}

function mergedReads(reads: readonly WrongRead[]): WrongRead[] {
  const merged: WrongRead[] = [];
  for (const read of reads) {
    const known = merged.find(({ storage, kind }) => storage === read.storage && kind === read.kind);
    if (known === undefined) {
      merged.push({ ...read, stacks: [...read.stacks] });
      continue;
    }
    known.count += read.count;
    known.stacks.push(...read.stacks.filter(([frame]) => !known.stacks.some((stack) => isSamePlace(stack[0], frame))));
  }
  return merged;
}

/**
 * Called at the entry of a checked function.
 * @param made the scope in which the function was made
 * @returns the mark that was entered, null if the call is in its own flow
 */
export function enter(made: Scope | undefined, site: number): Mark | null {
  if (made === undefined) return null;
  const now = currentScope();
  if (now === made || isWithin(now, made)) return null;
  return enterMark(made, site, now);
}

function enterMark(made: Scope, site: number, now: Scope | undefined): Mark | null {
  if (now !== undefined) noteCurrent(now);
  // Lost code calls a function that it has made in a scope inside.
  if (now instanceof Mark && isWithin(made, now)) return null;
  // Called by lost code, but from where it belongs to: the values are right, and this is not its loss.
  const lost = markAround(now)?.caller;
  if (lost !== undefined && isWithin(lost, made)) return entered(new Mark(made, now, undefined));
  const caller = now instanceof Mark ? now.caller : now;
  const ground = groundOf(caller, made);
  const storages = groundStorages(ground, made, caller);
  if (storages === undefined) return null;
  const calls = callsOf(site, storages);
  calls.addCall(branchOf(made, ground) ?? made, branchOf(caller, ground));
  const stack = calls.needsStack ? recordStack(STACK_DEPTH) : undefined;
  calls.stack ??= stack;
  const mark = new Mark(made, now, stack);
  callsByMark.set(mark, calls);
  return entered(mark);
}

function entered(mark: Mark): Mark {
  hasMarks = true;
  enterScope(mark);
  return mark;
}

function markAround(scope: Scope | undefined): Mark | undefined {
  for (let at = scope; at !== undefined; at = at.parent) if (at instanceof Mark) return at;
  return undefined;
}

/** Returns the storages of the program scope that is the ground of two flows; undefined if they are one flow. */
function groundStorages(
  ground: Scope | undefined,
  made: Scope,
  caller: Scope | undefined,
): readonly StorageKey[] | undefined {
  if (ground === undefined) return [];
  const storages = storagesOfProgram(ground);
  if (storages !== undefined) return storages;
  return caller !== undefined && areSideBySide(ground, made, caller) ? [] : undefined;
}

function callsOf(site: number, ground: readonly StorageKey[]): LostCalls {
  const all = callsBySite.get(site) ?? [];
  callsBySite.set(site, all);
  const isSame = (calls: LostCalls) =>
    calls.ground.length === ground.length && ground.every((storage) => calls.ground.includes(storage));
  let calls = all.find(isSame);
  if (calls === undefined && all.length >= MAXIMUM_GROUNDS) calls = all.at(-1);
  if (calls === undefined) {
    calls = new LostCalls(site, ground);
    all.push(calls);
  }
  return calls;
}

/** Called at the end of a checked function. What it has entered in storages remains for its caller. */
export function leave(mark: Mark): void {
  restoreCaller(mark);
  // What the function has started keeps the mark, and must not keep what was before the call.
  mark.previous = undefined;
  mark.suspended = undefined;
}

function restoreCaller(mark: Mark): void {
  const now = currentScope();
  if (now === mark) enterScope(mark.previous);
  else if (now !== undefined && hasAround(now, mark)) enterScope(withoutMark(now, mark));
}

/** The scopes that were entered inside a mark, where the function was called. */
function withoutMark(scope: Scope, mark: Mark): Scope | undefined {
  if (scope === mark) return mark.previous;
  return reenteredIn(scope.parent && withoutMark(scope.parent, mark), scope);
}

/** Called with the operand of an `await`: the caller of the function may continue now. */
export function suspend<T>(mark: Mark | null, operand: T): T {
  if (mark !== null) {
    const inside = currentScope();
    restoreCaller(mark);
    if (inside !== undefined) mark.suspended = { inside, outside: currentScope() };
  }
  return operand;
}

/** Called with the result of an `await`. */
export function resume<T>(mark: Mark | null, result: T): T {
  const suspended = mark?.suspended;
  if (suspended !== undefined && currentScope() === suspended.outside) enterScope(suspended.inside);
  return result;
}

/** Called with what a storage has returned: in a lost call, it is compared with what the own flow of the function holds. */
export function noteRead(storage: Storage, value: unknown, now: Scope): void {
  const key = keyOf(storage);
  for (let at: Scope | undefined = now; at !== undefined; at = at.parent) {
    if (at.key === key) return;
    if (at instanceof Mark) {
      compareRead(storage, key, value, at);
      return;
    }
  }
}

function compareRead(storage: Storage, key: StorageKey, value: unknown, mark: Mark): void {
  const own = settingIn(mark, key);
  const caller = effectiveSettingIn(mark, key);
  // Both hold nothing that is known, so the value is the default value, or was set before the doctor was loaded.
  if (own === undefined && caller === undefined) return;
  if (Object.is(own?.value, value)) return;
  // What was set before the storage was disabled is not known any more.
  if ([own, caller].some((setting) => setting !== undefined && setting.scope.number <= key.disabledAt)) return;
  // A value that is set around the own flow, such as a default of the program, is not that of another flow.
  const isAround = caller !== undefined && mark.parent !== undefined && hasAround(mark.parent, caller.scope);
  const kind = caller === undefined || value === undefined || isAround ? 'missing' : 'another';
  const calls = callsByMark.get(mark);
  calls?.addWrongRead(storage, kind, mark);
  if (calls !== undefined) flowObserver?.found(mark, calls);
}
