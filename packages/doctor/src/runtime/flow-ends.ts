/**
 * When flows end.
 *
 *     started by                              ended when
 *     run() that returned a promise           the promise is settled, and the task below is closed
 *     run() that returned anything else       the task below is closed
 *     enterWith(), withScope()                the task below is closed
 *
 * The *task* of a flow is the response of the request in which it was opened (node:http), or the accepted connection
 * (WebSocket, TCP, HTTP/2). While a stream of events or a WebSocket is open, its flow has not ended.
 *
 * If the task is not known, such as when a flow is opened after an `await`, the flow lasts at least as long as every
 * response and every other connection that was open when it was opened. If there is neither a promise nor a task, it is
 * not known whether the flow has ended.
 *
 * A flow is one of many: at least two were opened for the same storage at the same level. The scope around a whole
 * program is not one of them, so what is opened inside it counts.
 */
import { executionAsyncResource } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { types } from 'node:util';
import { isPendingPromise } from './promise-state.js';
import type { Scope, StorageKey } from './scope.js';
import { createUnwatchedStorage } from './unwatched-storage.js';

/** The members that responses, sockets, and sessions and streams of HTTP/2 have in common. */
interface Task {
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  readonly writableFinished?: boolean;
}

export interface Flow {
  /** Flows of the same storage and level are numbered. The first one is 1. */
  readonly number: number;
  /** In milliseconds, as `performance.now()` returns them. */
  readonly startedAt: number;
  /** When the end was noticed. */
  endedAt: number | undefined;
}

interface Life extends Flow {
  result: WeakRef<Promise<unknown>> | undefined;
  readonly task: WeakRef<Task> | undefined;
  /** How many tasks had been opened. */
  readonly taskCount: number;
  readonly siblings: { count: number };
}

const ROOT = {};
const lives = new WeakMap<Scope, Life>();
const siblings = new WeakMap<object, Map<StorageKey, { count: number }>>();
const responseOfNow = createUnwatchedStorage<WeakRef<Task>>();
/** Open responses and connections with their numbers. A flow without a known task may belong to one of them. */
const openTasks = new Map<WeakRef<Task>, number>();
const refsOfTasks = new WeakMap<object, WeakRef<Task>>();
let taskCount = 0;
let isEnabled = false;

/** Starts to note the flows. */
export function watchFlows(): void {
  if (isEnabled) return;
  isEnabled = true;
  subscribe('http.server.request.start', (message) => {
    const { response } = message as { response: ServerResponse };
    responseOfNow.enterWith(addOpenTask(response));
  });
  subscribe('http.server.response.finish', (message) => {
    removeOpenTask((message as { response: ServerResponse }).response);
  });
  subscribe('net.server.socket', (message) => {
    addOpenTask((message as { socket: Socket }).socket);
  });
}

/** Called when a scope was opened by `run()` or `enterWith()`. */
export function noteOpening(scope: Scope): void {
  if (!isEnabled || scope.key === undefined) return;
  const level = scope.parent ?? ROOT;
  let counts = siblings.get(level);
  if (counts === undefined) {
    counts = new Map();
    siblings.set(level, counts);
  }
  const count = counts.get(scope.key) ?? { count: 0 };
  counts.set(scope.key, count);
  count.count++;
  lives.set(scope, {
    number: count.count,
    startedAt: performance.now(),
    endedAt: undefined,
    result: undefined,
    task: taskOfNow(),
    taskCount,
    siblings: count,
  });
}

/** Called with what `run()` has returned. */
export function noteResult(scope: Scope, result: unknown): void {
  if (!isEnabled || !types.isPromise(result)) return;
  const life = lives.get(scope);
  if (life !== undefined) life.result = new WeakRef(result);
}

/** The flow that a scope belongs to: the outermost one that is one of many. */
export function flowOf(scope: Scope): Flow | undefined {
  let flow: Life | undefined;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const life = lives.get(at);
    if (life !== undefined && life.siblings.count > 1) flow = life;
  }
  return flow;
}

/** Returns when the end of a flow was noticed first; undefined if it has not ended. */
export function endOf(flow: Flow): number | undefined {
  if (flow.endedAt === undefined && !isActive(flow as Life)) flow.endedAt = performance.now();
  return flow.endedAt;
}

function isActive({ result, task, taskCount: before }: Life): boolean {
  const promise = result?.deref();
  if (promise !== undefined && isPendingPromise(promise)) return true;
  if (task === undefined) return result === undefined || hasOpenTask(before);
  const open = task.deref();
  return open !== undefined && !isClosed(open);
}

function isClosed({ destroyed, closed, writableFinished }: Task): boolean {
  return destroyed === true || closed === true || writableFinished === true;
}

function addOpenTask(task: Task): WeakRef<Task> {
  const ref = new WeakRef(task);
  refsOfTasks.set(task, ref);
  openTasks.set(ref, taskCount++);
  return ref;
}

function removeOpenTask(task: Task): void {
  const ref = refsOfTasks.get(task);
  if (ref !== undefined) openTasks.delete(ref);
}

/** Whether a response, or a connection that is not one of HTTP/1, is open that was opened before so many others. */
function hasOpenTask(before: number): boolean {
  for (const [ref, number] of openTasks) {
    if (number >= before) return false;
    const task = ref.deref();
    if (task !== undefined && !isClosed(task) && !hasParser(task)) return true;
  }
  return false;
}

export function forgetClosedTasks(): void {
  for (const ref of openTasks.keys()) {
    const task = ref.deref();
    if (task === undefined || isClosed(task)) openTasks.delete(ref);
  }
}

/** Whether a connection is read by the parser of HTTP/1. Its responses are tasks of their own. */
function hasParser(task: Task): boolean {
  const { parser } = task as { parser?: unknown };
  return parser !== undefined && parser !== null;
}

/** Returns the task of the running code, as far as Node knows it. */
function taskOfNow(): WeakRef<Task> | undefined {
  const connection = connectionOf(executionAsyncResource());
  // A connection that was upgraded has no parser any more.
  if (connection === undefined || hasParser(connection)) return responseOfNow.getStore();
  let ref = refsOfTasks.get(connection);
  if (ref === undefined) {
    ref = new WeakRef(connection);
    refsOfTasks.set(connection, ref);
  }
  return ref;
}

/** The connection of a server whose event is being handled: the resource is that of its parser, or its handle. */
function connectionOf(resource: object): Task | undefined {
  try {
    const owner = ['socket', ...Object.getOwnPropertySymbols(resource).filter(isOwnerSymbol)]
      .map((key) => Object.getOwnPropertyDescriptor(resource, key)?.value as unknown)
      .find(isAccepted);
    return owner;
  } catch {
    // With async hooks, the resource is an object of the application, which can be a revoked proxy.
    return undefined;
  }
}

function isOwnerSymbol({ description }: symbol): boolean {
  return description === 'owner_symbol';
}

/** A socket refers to the server that accepted it. Sessions of HTTP/2 have a type, which is 0 for those of servers. */
function isAccepted(owner: unknown): owner is Task {
  if (typeof owner !== 'object' || owner === null || !('destroyed' in owner)) return false;
  const { server, session, type } = owner as { server?: unknown; session?: { type?: unknown }; type?: unknown };
  return (typeof server === 'object' && server !== null) || type === 0 || session?.type === 0;
}
