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
import { currentTime } from './real-time.js';
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
  /** When the end was noticed, in milliseconds, as `performance.now()` returns them. */
  endedAt: number | undefined;
}

class Life implements Flow {
  readonly number: number;
  endedAt: number | undefined = undefined;
  result: WeakRef<Promise<unknown>> | undefined = undefined;
  readonly task: WeakRef<Task> | undefined = taskOfNow();
  /** How many tasks had been opened. */
  readonly taskCount = taskCount;
  readonly siblings: Siblings;
  /** The flows that were opened directly inside this one. */
  inner: Siblings[] | undefined = undefined;

  constructor(siblings: Siblings) {
    this.siblings = siblings;
    this.number = ++siblings.count;
  }
}

/** The flows of one storage at one level. */
interface Siblings {
  readonly key: StorageKey;
  count: number;
}

/** Storages that are counted inside one flow. A program can create one for each step. */
const MAXIMUM_STORAGES = 50;
const outermost = new WeakMap<StorageKey, Siblings>();
const responseOfNow = createUnwatchedStorage<WeakRef<Task>>();
/** Open responses and connections with their numbers. A flow without a known task may belong to one of them. */
const openTasks = new Map<WeakRef<Task>, number>();
const refsOfTasks = new WeakMap<object, WeakRef<Task>>();
/** Servers of the doctor itself. */
const ignoredServers = new WeakSet<object>();
let taskCount = 0;
let isEnabled = false;

/** Starts to note the flows. */
export function watchFlows(): void {
  if (isEnabled) return;
  isEnabled = true;
  subscribe('http.server.request.start', (message) => {
    const { response, server } = message as { response: ServerResponse; server: object };
    if (!ignoredServers.has(server)) responseOfNow.enterWith(addOpenTask(response));
  });
  subscribe('http.server.response.finish', (message) => {
    removeOpenTask((message as { response: ServerResponse }).response);
  });
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket & { server?: object } };
    if (socket.server === undefined || !ignoredServers.has(socket.server)) addOpenTask(socket);
  });
}

/** A response of such a server is not a task of the program. */
export function ignoreTasksOf(server: object): void {
  ignoredServers.add(server);
}

/** Called when a scope was opened by `run()` or `enterWith()`. */
export function noteOpening(scope: Scope): void {
  const { key, parent } = scope;
  if (!isEnabled || key === undefined) return;
  scope.flow = new Life(parent === undefined ? outermostSiblings(key) : siblingsIn(parent, key));
}

function outermostSiblings(key: StorageKey): Siblings {
  let siblings = outermost.get(key);
  if (siblings === undefined) {
    siblings = { key, count: 0 };
    outermost.set(key, siblings);
  }
  return siblings;
}

function siblingsIn({ flow }: Scope, key: StorageKey): Siblings {
  const known = flow instanceof Life ? flow.inner?.find((siblings) => siblings.key === key) : undefined;
  if (known !== undefined) return known;
  const siblings = { key, count: 0 };
  if (flow instanceof Life) {
    flow.inner ??= [];
    if (flow.inner.length < MAXIMUM_STORAGES) flow.inner.push(siblings);
  }
  return siblings;
}

/** Called with what `run()` has returned. */
export function noteResult({ flow }: Scope, result: unknown): void {
  if (flow instanceof Life && types.isPromise(result)) flow.result = new WeakRef(result);
}

/** The flow that a scope belongs to: the outermost one that is one of many. */
export function flowOf(scope: Scope): Flow | undefined {
  let flow: Life | undefined;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.flow instanceof Life && at.flow.siblings.count > 1) flow = at.flow;
  }
  return flow;
}

/** Returns when the end of a flow was noticed first; undefined if it has not ended. */
export function endOf(flow: Flow): number | undefined {
  if (flow.endedAt === undefined && !isActive(flow as Life)) flow.endedAt = currentTime();
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
    const socket: unknown = Object.getOwnPropertyDescriptor(resource, 'socket')?.value;
    if (isAccepted(socket)) return socket;
    const symbol = Object.getOwnPropertySymbols(resource).find(isOwnerSymbol);
    const owner: unknown = symbol && Object.getOwnPropertyDescriptor(resource, symbol)?.value;
    return isAccepted(owner) ? owner : undefined;
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
