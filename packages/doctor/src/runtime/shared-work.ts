/**
 * Kind 2: work that one flow does for others.
 *
 *     request A: load(1) ─┐                       ┌─ settles the promise of A
 *     request B: load(2) ─┼─ batch, in the flow ──┼─ settles the promise of B
 *     request C: load(3) ─┘  of A: reads A        └─ settles the promise of C
 *
 * The batch reads a storage and uses the value of A for all. Each promise records the scope in which it was made. When
 * it is settled, the reads that led to this are looked up: those of the task that settles it, of the tasks that started
 * this task, and of the tasks that settled what it waited for. It is a finding if the same reads led to settling a
 * promise of the flow that read and a promise of another flow, which holds another value.
 *
 * A pool that hands a connection over also settles a promise of another flow, but not, in the same task, one that its
 * own flow awaits.
 *
 * This needs a hook that Node calls for each promise. It makes a program several times slower, so it is enabled on
 * demand only.
 */
import { createHook, executionAsyncId } from 'node:async_hooks';
import { currentScope } from './current-scope.js';
import { observeReads } from './reads.js';
import { isWithin, keyOf, Mark, type Scope, type Storage, type StorageKey, settingIn } from './scope.js';
import { isSamePlace, isUserFrame, recordStack, type Stack } from './stack.js';

const STACK_DEPTH = 25;
/** How many tasks are followed back from a settling. */
const MAXIMUM_TASKS = 40;
/** Tasks that are kept before a task, so that a timer that starts itself again does not keep its past. */
const MAXIMUM_DEPTH = 60;
const MAXIMUM_READS = 8;
const MAXIMUM_WAITING = 100;

interface Read {
  readonly storage: Storage;
  readonly key: StorageKey;
  readonly scope: Scope;
  readonly time: number;
  readonly stack: Stack;
}

/** A promise, timer and so on, and what happened in it while it was running. */
interface Task {
  readonly startedBy: Task | undefined;
  /** The promise that this one waits for. */
  readonly trigger: Task | undefined;
  readonly time: number;
  /** How many tasks are known to be before it. */
  readonly depth: number;
  readonly isPromise: boolean;
  readonly scope: Scope | undefined;
  reads: Read[] | undefined;
  /** Whether its own flow or the code around all flows awaits this promise, and the scopes of other flows that do. */
  isAwaited: boolean;
  waiting: Scope[] | undefined;
  /** The task that has settled this promise, and the reads behind that. */
  settledBy: Task | undefined;
  behind: readonly Read[];
}

export interface SharedWork {
  readonly storage: Storage;
  readonly stack: Stack;
  count: number;
}

/** For a task, which reads stand behind promises of the flow that read, and how many behind those of others. */
interface Tally {
  isForOwn: boolean;
  forOthers: number;
}

const tasks = new Map<number, Task>();
const works: SharedWork[] = [];
let time = 0;
let tallyTask: Task | undefined;
let tallies = new Map<Read, Tally>();

export function recordSharedWork(): void {
  observeReads((storage, value, now) => {
    if (value !== undefined) noteReadWithValue(storage, now);
  });
  createHook({
    init(asyncId, type, triggerId) {
      const isPromise = type === 'PROMISE';
      const scope = currentScope();
      const startedBy = shallow(tasks.get(executionAsyncId()));
      const awaited = isPromise ? shallow(tasks.get(triggerId)) : undefined;
      const task: Task = {
        startedBy,
        trigger: awaited?.isPromise ? awaited : undefined,
        depth: Math.max(startedBy?.depth ?? -1, awaited?.depth ?? -1) + 1,
        time: ++time,
        isPromise,
        scope,
        reads: undefined,
        isAwaited: false,
        waiting: undefined,
        settledBy: undefined,
        behind: [],
      };
      tasks.set(asyncId, task);
      if (isPromise) noteWaiting(tasks.get(triggerId), scope);
    },
    promiseResolve: noteSettling,
    destroy(asyncId) {
      tasks.delete(asyncId);
    },
  }).enable();
}

/** A task that keeps enough others already is not kept by the next one. */
function shallow(task: Task | undefined): Task | undefined {
  return task === undefined || task.depth < MAXIMUM_DEPTH ? task : undefined;
}

export function allSharedWork(): readonly SharedWork[] {
  return works;
}

/** Called when a storage was read and had a value. */
function noteReadWithValue(storage: Storage, now: Scope | undefined): void {
  if (now === undefined) return;
  // A lost call has a finding of its own.
  for (let at: Scope | undefined = now; at !== undefined; at = at.parent) if (at instanceof Mark) return;
  const task = tasks.get(executionAsyncId());
  if (task === undefined) return;
  task.reads ??= [];
  if (task.reads.length >= MAXIMUM_READS) return;
  task.reads.push({ storage, key: keyOf(storage), scope: now, time: ++time, stack: recordStack(STACK_DEPTH) });
}

function noteSettling(asyncId: number): void {
  const promise = tasks.get(asyncId);
  if (promise === undefined || !promise.isPromise || promise.settledBy !== undefined) return;
  const settler = tasks.get(executionAsyncId());
  if (settler === undefined) return;
  promise.settledBy = settler;
  promise.behind = readsBehind(promise, settler);
  if (settler !== tallyTask) {
    tallyTask = settler;
    tallies = new Map();
  }
  for (const read of promise.behind) addToTally(read, promise);
  for (const scope of promise.waiting ?? []) addWaiting(promise, scope);
  promise.waiting = undefined;
}

function addToTally(read: Read, { scope, isAwaited }: Task): void {
  let tally = tallies.get(read);
  if (tally === undefined) {
    tally = { isForOwn: false, forOthers: 0 };
    tallies.set(read, tally);
  }
  if (isSameFlow(scope, read.scope)) {
    if (!isAwaited) return;
    if (!tally.isForOwn) for (let i = 0; i < tally.forOthers; i++) addWork(read);
    tally.isForOwn = true;
  } else if (holdsAnother(scope, read)) {
    tally.forOthers++;
    if (tally.isForOwn) addWork(read);
  }
}

/** Called when a reaction of a promise is made: a cached promise of one flow may be awaited by another. */
function noteWaiting(promise: Task | undefined, scope: Scope | undefined): void {
  if (promise?.scope === undefined || !promise.isPromise) return;
  if (scope === undefined || isSameFlow(scope, promise.scope)) promise.isAwaited = true;
  else if (promise.settledBy !== undefined) addWaiting(promise, scope);
  else {
    promise.waiting ??= [];
    if (promise.waiting.length < MAXIMUM_WAITING) promise.waiting.push(scope);
  }
}

function addWaiting(promise: Task, scope: Scope): void {
  if (promise.scope === undefined || !promise.isAwaited) return;
  for (const read of promise.behind) {
    if (isSameFlow(read.scope, promise.scope) && holdsAnother(scope, read)) addWork(read);
  }
}

/** The reads among the causes of a settling that were made after the promise. */
function readsBehind(promise: Task, settler: Task): readonly Read[] {
  const found: Read[] = [];
  const seen = new Set<Task>();
  const queue = [settler];
  const add = (reads: readonly Read[] | undefined) => {
    for (const read of reads ?? []) {
      if (read.time > promise.time && found.length < MAXIMUM_READS && !found.includes(read)) found.push(read);
    }
  };
  for (let i = 0; i < queue.length && i < MAXIMUM_TASKS; i++) {
    const task = queue[i] as Task;
    if (seen.has(task)) continue;
    seen.add(task);
    add(task.reads);
    add(task.behind);
    add(task.trigger?.behind);
    if (task.trigger?.settledBy !== undefined) queue.push(task.trigger.settledBy);
    // What was started before the promise was made cannot have read for it.
    if (task.time > promise.time && task.startedBy !== undefined) queue.push(task.startedBy);
  }
  return found;
}

function isSameFlow(a: Scope | undefined, b: Scope): boolean {
  return a !== undefined && (isWithin(a, b) || isWithin(b, a));
}

function holdsAnother(scope: Scope | undefined, { key, scope: reader }: Read): boolean {
  const own = settingIn(scope, key);
  return own !== undefined && !Object.is(own.value, settingIn(reader, key)?.value);
}

function addWork({ storage, stack }: Read): void {
  const place = stack.find(isUserFrame);
  const known = works.find((work) => work.storage === storage && isSamePlace(work.stack.find(isUserFrame), place));
  if (known === undefined) works.push({ storage, stack, count: 1 });
  else known.count++;
}
