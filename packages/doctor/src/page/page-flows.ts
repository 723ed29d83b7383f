/**
 * Tells code of the page about its flows while they run, such as a page that draws them.
 *
 * A read belongs to the flow that made the function in which it is, also if another flow has called that function. So a
 * value that was lost shows as a read of a flow whose value is not the expected one.
 */

import { observeFlows as observeScopes } from '../runtime/flow-observer.js';
import { observeReads } from '../runtime/reads.js';
import { branchOf, keyOf, type Scope, type Storage, settingIn } from '../runtime/scope.js';
import { recordStack } from '../runtime/stack.js';
import { labelOf } from '../runtime/storage-labels.js';
import { isReached } from './page-files.js';

/** Frames between the read and the code of the page: those of a class of the page that reads a storage. */
const STACK_DEPTH = 8;

/** A `run()` or an `enterWith()`, or a read. */
export interface FlowEvent {
  /** `open` for a `run()`, an `enterWith()` or a `withScope()`, `read` for a `getStore()` or a `get()`. */
  readonly type: 'open' | 'read';
  /** Identifies the outermost flow that the code belongs to; undefined outside of all flows. */
  readonly flow: number | undefined;
  /** The name of the storage, or of the variable that holds it. */
  readonly storage: string;
  /** What was set, or what was read. */
  readonly value: unknown;
  /** What the flow holds in the storage. After a callback was lost, it differs from what was read. */
  readonly expected: unknown;
  /** Where the call is in the script that the browser runs; undefined if it is not in a file that was instrumented. */
  readonly position: ScriptPosition | undefined;
}

/** A position in a script. */
export interface ScriptPosition {
  /** The URL of the script. */
  readonly url: string;
  /** Begins with 1. */
  readonly line: number;
  /** Begins with 1, in UTF-16 code units. */
  readonly column: number;
}

const listeners: ((event: FlowEvent) => void)[] = [];

export function addFlowListener(listener: (event: FlowEvent) => void): void {
  if (listeners.push(listener) > 1) return;
  observeScopes({
    opened: (scope, storage) => emit('open', scope, storage, valueIn(scope, storage)),
    returned() {},
    found() {},
  });
  observeReads((storage, value, now) => emit('read', now, storage, value));
}

function emit(type: FlowEvent['type'], scope: Scope | undefined, storage: Storage, value: unknown): void {
  const event: FlowEvent = {
    type,
    flow: branchOf(scope, undefined)?.number,
    storage: labelOf(storage).name,
    value,
    expected: valueIn(scope, storage),
    position: positionOfCall(),
  };
  for (const listener of listeners) listener(event);
}

function valueIn(scope: Scope | undefined, storage: Storage): unknown {
  return settingIn(scope, keyOf(storage))?.value;
}

function positionOfCall(): ScriptPosition | undefined {
  for (const { file, line, column, isAsync } of recordStack(STACK_DEPTH)) {
    if (!isAsync && file !== undefined && isReached(file)) return { url: file, line, column };
  }
  return undefined;
}
