/** The flows that are live, and those that have finished lately. */

import { nameOf } from '../report/finding-places.js';
import { collectGarbage } from '../runtime/collect-garbage.js';
import { currentScope } from '../runtime/current-scope.js';
import { type FlowObserver, observeFlows } from '../runtime/flow-observer.js';
import { currentTime, setImmediate } from '../runtime/real-time.js';
import type { Held, Scope, Storage } from '../runtime/scope.js';
import { type FinishedFlow, type FinishedWait, Flow, LatePlace, type Wait } from './flow.js';
import { shownValue } from './redaction.js';
import { recordUnreadStack } from './unread-stack.js';
import { titleOfWait } from './wait-kinds.js';

/** Frames of a stack, with those of the doctor. */
const STACK_DEPTH = 9;
/** Flows that are opened while this many are live are not recorded. */
const MAXIMUM_LIVE = 20_000;
const FIRST_PRUNE = 1000;
/** Finished flows that are kept: at most so many of each sweep, so many at all, and for so many milliseconds. */
const KEPT_OF_SWEEP = 12;
const KEPT_FINISHED = 300;
const KEPT_MILLISECONDS = 60_000;
/**
 * While waits are not recorded, a place is read at once: an unread stack would keep objects of the program. As many are read
 * each second as take a few milliseconds.
 */
const PLACES_PER_SECOND = 100;
/** Stacks of flows and waits that are read in a sweep. An older one has a turn before a younger one. */
const READ_OF_SWEEP = 400;
/** Milliseconds after which the stacks of a live flow and its waits are read, so that they keep no object of the program. */
const UNREAD_MILLISECONDS = 1000;

/**
 * Milliseconds after the start of a recording at which garbage is collected, if flows from before it are left: nothing else
 * shows whether one of them has finished.
 */
const COLLECTIONS = [2000, 10_000, 60_000];

const flowsByValue = new WeakMap<Held, Flow>();
/** In the order in which the flows were opened. */
const live = new Map<number, WeakRef<Flow>>();
/** Flows that were opened since the last sweep, which must not be collected before it. */
let opened: Flow[] = [];
const waits = new Map<number, Wait>();
let finished: FinishedFlow[] = [];
let finishedCount = 0;
let overflowCount = 0;
let pruneAt = FIRST_PRUNE;
let sweeps = 0;
/** The number of the current recording of waits, and of the last one. */
let recording = 0;
let lastRecording = 0;
let recordingSince = 0;
let collections = 0;
let placesLeft = PLACES_PER_SECOND;
let placesSince = 0;

const collected = new FinalizationRegistry(endWait);
const names = new WeakMap<Storage, string>();

/** The name of a storage, which is looked up once: this runs for each flow. */
function storageName(storage: Storage): string {
  let name = names.get(storage);
  if (name === undefined) {
    name = nameOf(storage);
    names.set(storage, name);
  }
  return name;
}

/** The flow of a scope: that of the innermost scope around it that has opened one. */
export function flowOf(scope: Scope | undefined): Flow | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    // A setting that has moved into another scope still belongs to the flow that it has opened.
    const flow = at.value === undefined ? undefined : flowsByValue.get(at.value);
    if (flow !== undefined) return flow;
  }
  return undefined;
}

export function currentFlow(): Flow | undefined {
  return flowOf(currentScope());
}

const observer: FlowObserver = {
  opened(scope, storage) {
    if (scope.value === undefined) return;
    if (live.size >= MAXIMUM_LIVE) {
      prune();
      if (live.size >= MAXIMUM_LIVE) {
        overflowCount++;
        return;
      }
    }
    const place = new LatePlace(recording > 0 || mayReadPlace() ? recordUnreadStack(STACK_DEPTH) : undefined);
    if (recording === 0) place.read();
    const flow = new Flow(storageName(storage), scope.value, flowOf(scope.parent), place, recording);
    flowsByValue.set(scope.value, flow);
    if (recording > 0) opened.push(flow);
    else if (live.size >= pruneAt) prune();
    live.set(flow.id, new WeakRef(flow));
  },
  returned(scope) {
    const flow = scope.value === undefined ? undefined : flowsByValue.get(scope.value);
    if (flow !== undefined) flow.lastTime = currentTime();
  },
  found(scope, record) {
    flowOf(scope)?.addFinding(record, currentTime());
  },
};

/** From now on, flows are recorded. */
export function recordFlows(): void {
  observeFlows(observer);
}

export function setRecordingWaits(isOn: boolean): void {
  recording = isOn ? ++lastRecording : 0;
  recordingSince = currentTime();
  collections = 0;
  if (isOn) return;
  // What happens from now on is not seen, so nothing can be said about what is pending.
  for (const { flow } of waits.values()) flow.waiting = flow.holding = 0;
  waits.clear();
  opened = [];
}

export function isRecordingWaits(): boolean {
  return recording > 0;
}

function mayReadPlace(): boolean {
  const now = currentTime();
  if (now - placesSince > 1000) {
    placesSince = now;
    placesLeft = PLACES_PER_SECOND;
  }
  return placesLeft-- > 0;
}

/** Removes the flows whose scopes have been collected. */
function prune(): void {
  for (const [id, flow] of live) if (flow.deref() === undefined) live.delete(id);
  pruneAt = Math.max(FIRST_PRUNE, live.size * 2);
}

/** Adds a wait of a flow. If the flow had finished, it is live again. */
export function addWait(id: number, wait: Wait): void {
  const { flow } = wait;
  waits.set(id, wait);
  if (wait.isHolding) flow.holding++;
  else flow.waiting++;
  if (flow.isLive) return;
  flow.isLive = true;
  live.set(flow.id, new WeakRef(flow));
}

export function waitOf(id: number): Wait | undefined {
  return waits.get(id);
}

export function endWait(id: number): void {
  const wait = waits.get(id);
  if (wait === undefined) return;
  waits.delete(id);
  wait.promise = undefined;
  const { flow } = wait;
  const now = currentTime();
  wait.endTime = now;
  flow.lastTime = now;
  if (wait.isHolding) flow.holding--;
  else flow.waiting--;
  // Waits that end at once explain nothing, and most waits do.
  if (now - wait.startTime >= 1) flow.addEndedWait(wait);
}

/** Finds the flows that have finished since the last sweep, and keeps the slowest of them for a while. */
export function sweep(): void {
  collectFlowsBefore();
  sweeps++;
  opened = [];
  const done: Flow[] = [];
  const current = currentFlow();
  // A flow inside another one was opened later.
  for (const flow of liveFlows().reverse()) {
    if (flow === current || !isDone(flow)) {
      if (flow.outer !== undefined) flow.outer.lastSweepInside = sweeps;
      continue;
    }
    live.delete(flow.id);
    flow.isLive = false;
    finishedCount++;
    // The flow around it keeps it until it finishes itself.
    if (flow.outer?.isLive === true) flow.outer.addFinishedInside(finish(flow));
    else done.push(flow);
  }
  const duration = (flow: Flow) => flow.lastTime - flow.startTime;
  done.sort((a, b) => b.findings.length - a.findings.length || duration(b) - duration(a));
  finished.push(...done.slice(0, KEPT_OF_SWEEP).map(finish));
  const oldest = currentTime() - KEPT_MILLISECONDS;
  finished = finished.filter(({ endTime }) => endTime > oldest).slice(-KEPT_FINISHED);
  readPlaces();
}

/** Called before the flows are looked at, because that keeps them. */
function collectFlowsBefore(): void {
  const due = COLLECTIONS[collections];
  if (due === undefined || currentTime() - recordingSince < due) return;
  collections++;
  // The first ones in the map are the oldest.
  for (const reference of live.values()) {
    if (reference.deref()?.recording !== recording) {
      // What was just looked at remains until this callback ends.
      setImmediate(collectGarbage).unref();
      return;
    }
  }
}

function isDone(flow: Flow): boolean {
  return flow.recording === recording && flow.waiting === 0 && flow.holding === 0 && flow.lastSweepInside !== sweeps;
}

function finish(flow: Flow): FinishedFlow {
  const inside = flow.finishedInside.splice(0);
  return {
    id: flow.id,
    storage: flow.storage,
    value: shownValue(flow.storage, flow.value),
    frame: flow.place.read(),
    startTime: flow.startTime,
    endTime: Math.max(flow.lastTime, ...inside.map(({ endTime }) => endTime)),
    waits: flow.endedWaits.splice(0).map(finishWait),
    inside,
    findings: [...flow.findings],
  };
}

export function finishWait({ kind, type, timer, place, startTime, endTime }: Wait): FinishedWait {
  return {
    kind,
    title: titleOfWait(type, timer),
    frame: place.read(),
    startTime,
    endTime: endTime ?? currentTime(),
  };
}

function readPlaces(): void {
  let left = READ_OF_SWEEP;
  const read = (place: LatePlace) => {
    if (place.isRead || left <= 0) return;
    left--;
    place.read();
  };
  const now = currentTime();
  for (const [id, wait] of waits) {
    if (now - wait.startTime <= UNREAD_MILLISECONDS) continue;
    read(wait.place);
    if (wait.promise === undefined) continue;
    // A collected promise will not be settled.
    collected.register(wait.promise, id);
    wait.promise = undefined;
  }
  for (const { place, startTime, endedWaits } of liveFlows()) {
    // Most flows are short, and have finished before the next sweep. Their stacks are collected unread.
    if (now - startTime <= UNREAD_MILLISECONDS) continue;
    read(place);
    for (const wait of endedWaits) read(wait.place);
  }
}

/** In the order in which they were opened. */
export function liveFlows(): Flow[] {
  const flows: Flow[] = [];
  let isInOrder = true;
  for (const reference of live.values()) {
    const flow = reference.deref();
    if (flow === undefined) continue;
    if (flow.id < (flows.at(-1)?.id ?? 0)) isInOrder = false;
    flows.push(flow);
  }
  return isInOrder ? flows : flows.sort((a, b) => a.id - b.id);
}

/** The pending waits of each flow, in the order in which they began. */
export function waitsByFlow(): Map<Flow, Wait[]> {
  const byFlow = new Map<Flow, Wait[]>();
  for (const wait of waits.values()) {
    const known = byFlow.get(wait.flow);
    if (known === undefined) byFlow.set(wait.flow, [wait]);
    else known.push(wait);
  }
  return byFlow;
}

/** The slowest of those that have finished in the last minute, in the order in which they finished. */
export function finishedFlows(): readonly FinishedFlow[] {
  return finished;
}

/** How many flows have finished since waits are recorded, and how many were too many to be recorded. */
export function flowCounts(): { readonly finished: number; readonly unrecorded: number } {
  return { finished: finishedCount, unrecorded: overflowCount };
}
