/**
 * Records what flows wait for: the asynchronous resources that are made in them, until they are done. Node calls a hook for
 * each, so this is on only while a page is open, or after a dump.
 *
 * Of the promises, only those count that `await` or `then()` makes: they exist because code waits for another promise. They
 * are done when their callback has run, or when they are settled.
 */
import { type AsyncHook, createHook, executionAsyncId } from 'node:async_hooks';
import { callInScope, currentScope } from '../runtime/current-scope.js';
import { clearInterval, clearTimeout, currentTime, setInterval, setTimeout } from '../runtime/real-time.js';
import { CAN_LEAVE_OUT_PROMISES, observeAwaitedPromises } from './awaited-promises.js';
import { LatePlace } from './flow.js';
import { addWait, endWait, flowOf, setRecordingWaits, sweep, waitOf } from './flow-registry.js';
import { StackBudget } from './stack-budget.js';
import { recordUnreadStack, type UnreadStack } from './unread-stack.js';
import { isInterval, waitTypeOf } from './wait-kinds.js';

/** Frames of a stack, with those of the doctor and of Node. The code that awaits is near the top of the stack. */
const STACK_DEPTH = 12;
const PROMISE_STACK_DEPTH = 9;
/** Milliseconds between two sweeps. */
const SWEEP_INTERVAL = 500;

const Timeout = timeoutClass();

function timeoutClass(): abstract new () => NodeJS.Timeout {
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  return timer.constructor as abstract new () => NodeJS.Timeout;
}

const UNKNOWN_PLACE = new LatePlace(undefined);
const budget = new StackBudget();
let hook: AsyncHook | undefined;
let stopObservingPromises: (() => void) | undefined;
let timer: NodeJS.Timeout | undefined;

export function startRecordingWaits(): void {
  if (hook !== undefined) return;
  setRecordingWaits(true);
  // The timer belongs to no flow.
  budget.reset();
  timer = callInScope(undefined, () => setInterval(sweepAndAdapt, SWEEP_INTERVAL).unref());
  if (CAN_LEAVE_OUT_PROMISES) {
    // The types of Node do not know the option yet.
    const hooks = { init: noteInit, after: noteAfter, destroy: endWait, trackPromises: false };
    hook = createHook(hooks).enable();
    stopObservingPromises = observeAwaitedPromises((id, promise) => noteWait(id, 'PROMISE', promise), endWait);
  } else {
    hook = createHook({ init: noteInit, after: noteAfter, promiseResolve: endWait, destroy: endWait }).enable();
  }
}

export function stopRecordingWaits(): void {
  hook?.disable();
  hook = undefined;
  stopObservingPromises?.();
  stopObservingPromises = undefined;
  clearInterval(timer);
  setRecordingWaits(false);
}

function sweepAndAdapt(): void {
  sweep();
  budget.adapt();
}

function noteInit(id: number, type: string, triggerId: number, resource: object): void {
  // The promise of an async function, or of a constructor, is made in the code that triggers it.
  if (type === 'PROMISE' && triggerId === executionAsyncId()) return;
  noteWait(id, type, resource);
}

/** @returns whether the wait is recorded */
function noteWait(id: number, type: string, resource: object): boolean {
  try {
    const scope = currentScope();
    if (scope === undefined) return false;
    const waitType = waitTypeOf(type);
    if (waitType === undefined) return false;
    const isPromise = waitType.kind === 'promise';
    const ownTimer = !isPromise && resource instanceof Timeout ? resource : undefined;
    // Node makes its own timers without a reference, for example those that close idle connections.
    if (ownTimer?.hasRef() === false) return false;
    const flow = flowOf(scope);
    if (flow === undefined) return false;
    let stack: UnreadStack | undefined;
    if (budget.includes(flow, isPromise)) {
      const start = budget.begin();
      stack = recordUnreadStack(isPromise ? PROMISE_STACK_DEPTH : STACK_DEPTH);
      budget.end(start);
    }
    addWait(id, {
      flow,
      type,
      kind: waitType.kind,
      isLasting: waitType.isLasting === true,
      isHolding: waitType.isHolding === true || isInterval(ownTimer),
      timer: ownTimer,
      place: stack === undefined ? UNKNOWN_PLACE : new LatePlace(stack),
      startTime: currentTime(),
      endTime: undefined,
      promise: isPromise && CAN_LEAVE_OUT_PROMISES ? resource : undefined,
    });
    return true;
  } catch {
    // An error in a hook would end the process. The resource is not recorded.
    return false;
  }
}

function noteAfter(id: number): void {
  if (waitOf(id)?.isLasting === false) endWait(id);
}
