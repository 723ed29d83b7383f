/**
 * Kind 7: an `await` that is not followed, because the build has not reached its code.
 *
 *     flow of a click: run ─── sync()  in vendor.js, which was not transformed
 *                                │  await fetch(…)      seen: a flow is current, and vendor.js is not a file of the build
 *                                │
 *                              root: the rest of sync() reads no value
 *
 * The language shows no code where an `await` continues. What is seen is that a function has run in a flow: it awaited a
 * promise, whose `constructor` the JavaScript engine then reads, or it read a storage with its value. If the same function
 * later reads the same storage without a value, in no flow and further down in its code, a suspension between both places
 * has lost the flow. Before this is reported, the `await` must be found in the text of the script.
 */
import { currentScope } from '../runtime/current-scope.js';
import { observeReads } from '../runtime/reads.js';
import { keyOf, type Scope, type Storage, settingIn } from '../runtime/scope.js';
import { recordStack, type Stack } from '../runtime/stack.js';
import type { Frame } from '../runtime/stack-frame.js';
import { isForeign } from './page-files.js';
import { IS_AWAIT_INTERCEPTED } from './page-storage-class.js';

const STACK_DEPTH = 25;
/** Reads and awaits whose stack is recorded. Of all others, one in `SAMPLED` is. */
const RECORDED = 5_000;
const SAMPLED = 32;
/** Places of one function that are remembered. */
const MAXIMUM_PLACES = 20;

/** A place of a function at which it ran in a flow. */
export interface Sighting {
  readonly frame: Frame;
  readonly scope: Scope;
  /** Whether the function awaited a promise there. Otherwise it read a storage, and had a value. */
  readonly isAwait: boolean;
  /** Whether the function also ran there outside of all flows. It may then not have lost one. */
  readonly isOutsideToo: boolean;
}

/** Reads of one storage in a function that has lost its flow. */
export interface LostReads {
  readonly storage: Storage;
  /** Where the function that lost its flow continues. */
  readonly frame: Frame;
  readonly sightings: readonly Sighting[];
  /** The stack of the first read. */
  readonly stack: Stack;
  count: number;
}

const sightingsByFunction = new Map<string, Sighting[]>();
const lostReads = new Map<string, LostReads>();
let recorded = 0;

export function allLostReads(): IterableIterator<LostReads> {
  return lostReads.values();
}

/** Returns where the function of a frame ran in a flow, before the frame's own place. */
export function sightingsBefore(frame: Frame): Sighting[] {
  const sightings = sightingsByFunction.get(functionIn(frame)) ?? [];
  return sightings.filter((sighting) => isBefore(sighting.frame, frame));
}

export function watchUnseenAwaits(): void {
  observeReads(noteRead);
  // What is intercepted is followed.
  if (!IS_AWAIT_INTERCEPTED) watchAwaitedPromises();
}

/** The JavaScript engine reads the property of each promise that is awaited. So do `then()` and `Promise.resolve()`. */
function watchAwaitedPromises(): void {
  const prototype: object = Object.getPrototypeOf((async () => {})());
  const native = Object.getOwnPropertyDescriptor(prototype, 'constructor');
  if (native === undefined || !native.configurable || native.get !== undefined) return;
  let latest: unknown = native.value;
  const accessor = {
    __tdConstructor(): unknown {
      noteAwait();
      return latest;
    },
    __tdAssign(this: object, value: unknown): void {
      if (this === prototype) latest = value;
      else Object.defineProperty(this, 'constructor', { value, writable: true, enumerable: true, configurable: true });
    },
  };
  Object.defineProperty(prototype, 'constructor', {
    get: accessor.__tdConstructor,
    set: accessor.__tdAssign,
    enumerable: false,
    configurable: true,
  });
}

function noteAwait(): void {
  const scope = currentScope();
  if (scope === undefined || !isRecorded()) return;
  const [frame] = recordStack(1);
  if (frame !== undefined && isForeign(frame)) addSighting(frame, scope, true);
}

function noteRead(storage: Storage, value: unknown, now: Scope | undefined): void {
  if (now === undefined ? sightingsByFunction.size === 0 || value !== undefined : value === undefined) return;
  if (!isRecorded()) return;
  const stack = recordStack(STACK_DEPTH);
  const frames = stack.filter((frame) => !frame.isAsync && isForeign(frame));
  if (now !== undefined) {
    for (const frame of frames) addSighting(frame, now, false);
    return;
  }
  const key = keyOf(storage);
  for (const frame of frames) {
    const all = sightingsByFunction.get(functionIn(frame)) ?? [];
    // The function runs from here to there in one flow too.
    const index = all.findIndex((sighting) => !sighting.isAwait && isSamePosition(sighting.frame, frame));
    const known = all[index];
    if (known !== undefined) {
      all[index] = { ...known, isOutsideToo: true };
      continue;
    }
    const sightings = sightingsBefore(frame).filter(
      ({ scope, isOutsideToo }) => !isOutsideToo && (settingIn(scope, key)?.value ?? undefined) !== undefined,
    );
    if (sightings.length === 0) continue;
    const id = `${frame.file}:${frame.line}:${frame.column} ${stack[0]?.file}:${stack[0]?.line}:${stack[0]?.column}`;
    const lost = lostReads.get(id);
    if (lost === undefined) lostReads.set(id, { storage, frame, sightings, stack, count: 1 });
    else lost.count++;
    return;
  }
}

function addSighting(frame: Frame, scope: Scope, isAwait: boolean): void {
  const id = functionIn(frame);
  const sightings = sightingsByFunction.get(id) ?? [];
  sightingsByFunction.set(id, sightings);
  const index = sightings.findIndex((known) => known.isAwait === isAwait && isSamePosition(known.frame, frame));
  const known = sightings[index];
  if (known !== undefined) sightings[index] = { ...known, scope };
  else if (sightings.length < MAXIMUM_PLACES) sightings.push({ frame, scope, isAwait, isOutsideToo: false });
}

function isRecorded(): boolean {
  return ++recorded <= RECORDED || recorded % SAMPLED === 0;
}

/** Functions without a name are told apart when the text of the script is known. */
function functionIn({ file, name = '' }: Frame): string {
  return `${file} ${name}`;
}

function isSamePosition(a: Frame, b: Frame): boolean {
  return a.line === b.line && a.column === b.column;
}

function isBefore(a: Frame, b: Frame): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
