/**
 * What flows wait for, and what keeps their frames: timers, connections, watchers, bound functions and reactions of
 * promises, each with the place that made it.
 *
 *     timer, handle     active until it is cleared or closed, which it shows itself
 *     bound function    an AsyncResource, made by `AsyncLocalStorage.bind()` and `snapshot()` too. Kept as long as it can
 *     reaction          be reached, which only a garbage collection shows. Recorded in some flows only (isSampled)
 *
 * Nothing here keeps a resource alive.
 */
import { AsyncResource, createHook } from 'node:async_hooks';
import { currentScope } from './current-scope.js';
import { flowOf } from './flow-ends.js';
import { isPendingPromise } from './promise-state.js';
import { observePromises } from './promise-windows.js';
import { currentTime } from './real-time.js';
import type { Scope } from './scope.js';
import { isFileFrame, recordStack, type Stack } from './stack.js';

const STACK_DEPTH = 24;
/** Resources that are recorded at the same time. */
const MAXIMUM_WORKS = 20_000;
/** Of the flows after the first ones, one of this many has its bound functions and promises recorded. */
const RECORDED_FLOWS = 100;
const SAMPLED_FLOWS = 64;

export type WorkKind =
  | 'interval'
  | 'timer'
  | 'socket'
  | 'server'
  | 'watcher'
  | 'process'
  | 'worker'
  | 'message port'
  | 'signal listener'
  | 'bound function'
  | 'promise';

export interface PendingWork {
  readonly kind: WorkKind;
  readonly scope: Scope;
  /** In milliseconds, as `performance.now()` returns them. */
  readonly since: number;
  /** From the code that made it outward. */
  readonly stack: Stack;
  readonly resource: WeakRef<object>;
}

export interface PendingWorkOptions {
  /** Timers that last less are not recorded, in milliseconds. Intervals are always recorded. */
  readonly minimumDelay: number;
}

/** The types of handles as Node names them. */
const HANDLES: Readonly<Record<string, WorkKind>> = {
  TCPWRAP: 'socket',
  PIPEWRAP: 'socket',
  UDPWRAP: 'socket',
  TCPSERVERWRAP: 'server',
  PIPESERVERWRAP: 'server',
  FSEVENTWRAP: 'watcher',
  STATWATCHER: 'watcher',
  PROCESSWRAP: 'process',
  WORKER: 'worker',
  MESSAGEPORT: 'message port',
  SIGNALWRAP: 'signal listener',
};

/** Types of `AsyncResource` that Node makes for its own jobs. */
const JOBS: ReadonlySet<string> = new Set(['Microtask', 'TickObject', 'Immediate']);

/** Modules of Node that make timers and resources for those who call them. */
const MAKERS = /^node:(?:internal\/)?(?:async_hooks|async_local_storage\/|timers)/;

/** The members of Node's timers. */
interface Timer {
  readonly _idleTimeout: number;
  readonly _repeat: number | null;
  readonly _destroyed: boolean;
}

/** What shows itself whether it is pending, and what does not. */
const active = new Set<PendingWork>();
const reachable = new Set<PendingWork>();
let minimumDelay = 0;
let isEnabled = false;

export function recordPendingWork(options: PendingWorkOptions): void {
  minimumDelay = options.minimumDelay;
  if (isEnabled) return;
  isEnabled = true;
  // The types of Node do not know the option yet, which versions before 24.12 ignore.
  const hooks = { init: noteResource, trackPromises: false };
  createHook(hooks).enable();
  observePromises({ made: noteReaction });
}

/** Returns what shows that it is pending. */
export function activeWork(): Iterable<PendingWork> {
  return pendingOf(active);
}

/** Returns what may still be pending: only a garbage collection shows whether it can be reached. */
export function reachableWork(): Iterable<PendingWork> {
  return pendingOf(reachable);
}

/** The same without looking at the resources, because a weak reference that is used keeps its object for this job. */
export function recordedWork(): Iterable<PendingWork> {
  return reachable;
}

/** The members of the handles of Node. */
interface Handle {
  hasRef?(): boolean;
}

function* pendingOf(works: Set<PendingWork>): Generator<PendingWork> {
  for (const work of works) {
    if (isPending(work)) yield work;
    else works.delete(work);
  }
}

function isPending({ kind, resource }: PendingWork): boolean {
  const object = resource.deref();
  if (object === undefined) return false;
  if (kind === 'interval' || kind === 'timer') return !(object as Timer)._destroyed;
  if (kind === 'promise') return isPendingPromise(object);
  // A handle that was closed, or keeps no process alive, has no reference.
  return kind === 'bound function' || (object as Handle).hasRef?.() === true;
}

function noteResource(_asyncId: number, type: string, _triggerId: number, resource: object): void {
  const scope = currentScope();
  if (scope === undefined) return;
  const handle = HANDLES[type];
  if (type === 'Timeout') noteTimer(resource as Timer, scope);
  else if (handle !== undefined) noteWork(active, handle, resource, scope);
  else if (resource instanceof AsyncResource && !JOBS.has(type) && isSampled(scope)) {
    noteWork(reachable, 'bound function', resource, scope);
  }
}

function noteTimer(timer: Timer, scope: Scope): void {
  if (timer._repeat !== null) noteWork(active, 'interval', timer, scope);
  else if (timer._idleTimeout >= minimumDelay) noteWork(active, 'timer', timer, scope);
}

function noteReaction(promise: object, parent: object | undefined): void {
  if (parent === undefined) return;
  const scope = currentScope();
  if (scope !== undefined && isSampled(scope)) noteWork(reachable, 'promise', promise, scope);
}

/** Whether the flow of a scope is one of those in which everything is recorded. */
function isSampled(scope: Scope): boolean {
  const flow = flowOf(scope);
  return flow !== undefined && (flow.number <= RECORDED_FLOWS || flow.number % SAMPLED_FLOWS === 0);
}

function noteWork(works: Set<PendingWork>, kind: WorkKind, resource: object, scope: Scope): void {
  if (works.size >= MAXIMUM_WORKS) return;
  const stack = recordStack(STACK_DEPTH).filter(({ isAsync }) => !isAsync);
  const maker = stack.find(({ file }) => file === undefined || !MAKERS.test(file));
  // Node makes timers for its own purposes too.
  if (maker === undefined || ((kind === 'interval' || kind === 'timer') && !isFileFrame(maker))) return;
  works.add({ kind, scope, since: currentTime(), stack, resource: new WeakRef(resource) });
}
