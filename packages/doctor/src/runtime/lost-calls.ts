/** Kind 1: calls of a function that has left its flow, and what these calls read. */
import { currentScope, enterScope } from './current-scope.js';
import { flowObserver } from './flow-observer.js';
import { branchOf, hasAround, isWithin, keyOf, Mark, type Scope, type Storage, settingIn } from './scope.js';
import { isSamePlace, recordStack, type Stack } from './stack.js';

/** A function that this many flows call, or more, is shared by them: it is memoized, or belongs to a connection. */
const SHARED_FROM = 3;
const STACK_DEPTH = 25;
/** Reads of one function whose stack is recorded. All others are only counted. */
const RECORDED_READS = 20;
const RECORDED_PLACES = 5;

export interface WrongRead {
  readonly storage: Storage;
  /** The value of another flow was read, or none although the own flow holds one. */
  readonly kind: 'another' | 'missing';
  count: number;
  /** The stacks of reads at different places. */
  readonly stacks: Stack[];
}

/** All lost calls of the functions of one site. */
export class LostCalls {
  readonly site: number;
  count = 0;
  /** Calls in a scope around the one in which the function was made. They are not followed. */
  outerCount = 0;
  isShared = false;
  readonly wrongReads: WrongRead[] = [];
  /** The stack of the first call that read a wrong value, or of the first call. */
  stack: Stack | undefined;
  /** Calls from no flow. */
  rootCount = 0;
  readonly #callers = new WeakMap<Scope, Set<Scope>>();
  #recordedReads = 0;

  constructor(site: number) {
    this.site = site;
  }

  get wrongCount(): number {
    return this.wrongReads.reduce((sum, { count }) => sum + count, 0);
  }

  /** Notes from which flow a function is called that was made in `made`. */
  addCaller(made: Scope, now: Scope | undefined): void {
    this.count++;
    const branch = branchOf(now, made);
    if (branch === undefined) {
      this.rootCount++;
      return;
    }
    if (this.isShared) return;
    let callers = this.#callers.get(made);
    if (callers === undefined) {
      callers = new Set();
      this.#callers.set(made, callers);
    }
    callers.add(branch);
    if (callers.size >= SHARED_FROM) this.isShared = true;
  }

  addWrongRead(storage: Storage, kind: WrongRead['kind'], mark: Mark): void {
    if (this.wrongReads.length === 0 && mark.stack !== undefined) this.stack = mark.stack;
    let read = this.wrongReads.find((known) => known.storage === storage && known.kind === kind);
    if (read === undefined) {
      read = { storage, kind, count: 0, stacks: [] };
      this.wrongReads.push(read);
    }
    read.count++;
    if (this.#recordedReads >= RECORDED_READS || read.stacks.length >= RECORDED_PLACES) return;
    this.#recordedReads++;
    const stack = recordStack(STACK_DEPTH);
    if (!read.stacks.some((known) => isSamePlace(known[0], stack[0]))) read.stacks.push(stack);
  }

  /** Stacks are recorded until a wrong value was read, and less and less often. */
  get needsStack(): boolean {
    return this.wrongReads.length === 0 && (this.count <= 5 || (this.count & (this.count - 1)) === 0);
  }
}

const callsBySite = new Map<number, LostCalls>();

/** Whether any mark exists. Reads are compared only then. */
export let hasMarks = false;

/** Storages that were disabled: what they hold is not known. */
const disabled = new WeakSet<Storage>();

export function noteDisabled(storage: Storage): void {
  disabled.add(storage);
}

export function allLostCalls(): IterableIterator<LostCalls> {
  return callsBySite.values();
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
  let calls = callsBySite.get(site);
  if (calls === undefined) {
    calls = new LostCalls(site);
    callsBySite.set(site, calls);
  }
  if (now !== undefined && isWithin(made, now)) {
    calls.outerCount++;
    return null;
  }
  const caller = now instanceof Mark ? now.caller : now;
  // Called by lost code, but from where it belongs to: the values are right, and this is not its loss.
  const isHome = now instanceof Mark && (caller === made || isWithin(caller, made));
  if (!isHome) calls.addCaller(made, caller);
  const stack = !isHome && calls.needsStack ? recordStack(STACK_DEPTH) : undefined;
  calls.stack ??= stack;
  const mark = new Mark(made, now, site, stack);
  hasMarks = true;
  enterScope(mark);
  return mark;
}

/** Called at the end of a checked function. What it has entered in storages remains for its caller. */
export function leave(mark: Mark): void {
  const now = currentScope();
  if (now === mark) enterScope(mark.previous);
  else if (now !== undefined && hasAround(now, mark)) enterScope(withoutMark(now, mark));
}

/** The scopes that were entered inside a mark, where the function was called. */
function withoutMark(scope: Scope, mark: Mark): Scope | undefined {
  if (scope === mark) return mark.previous;
  return scope.movedTo(scope.parent && withoutMark(scope.parent, mark));
}

/** Called with the operand of an `await`: the caller of the function may continue now. */
export function suspend<T>(mark: Mark | null, operand: T): T {
  if (mark !== null) leave(mark);
  return operand;
}

/** Called with the result of an `await`. */
export function resume<T>(mark: Mark | null, result: T): T {
  if (mark !== null && currentScope() === mark.previous) enterScope(mark);
  return result;
}

/** Called with what a storage has returned: in a lost call, it is compared with what the own flow of the function holds. */
export function noteRead(storage: Storage, value: unknown, now: Scope): void {
  const key = keyOf(storage);
  for (let at: Scope | undefined = now; at !== undefined; at = at.parent) {
    if (at.key === key) return;
    if (!(at instanceof Mark)) continue;
    const own = settingIn(at.parent, key);
    const callers = settingIn(at.caller, key);
    // Both hold nothing that is known, so the value is the default value, or was set before the doctor was loaded.
    const isUnknown = own === undefined && callers === undefined;
    if (isUnknown || Object.is(own?.value, value) || disabled.has(storage)) return;
    const isMissing = callers === undefined || value === undefined;
    const calls = callsBySite.get(at.site);
    calls?.addWrongRead(storage, isMissing ? 'missing' : 'another', at);
    if (calls !== undefined) flowObserver?.found(at, calls);
    return;
  }
}
