/**
 * Kind 6: a frame that outlives its flow, and what holds it.
 *
 *     request 7: run ──── setInterval() at poll.js:12 ──── response ┊ ended
 *                               ╰─ holds the frame of request 7 ────┊──── 4 minutes ────▶ found
 *
 * The code that still runs in the frame reads values of a request that has ended, and the values are not collected.
 *
 * A cheap timer looks at the pending work of flows that have ended (flow-ends.ts, pending-work.ts), and so does the
 * report. Bound functions and promises that wait may be unreachable by then. If such work is left, the report collects
 * the garbage first.
 */
import { collectGarbage } from './collect-garbage.js';
import { endOf, type Flow, flowOf, forgetClosedTasks, watchFlows } from './flow-ends.js';
import { activeWork, type PendingWork, reachableWork, recordedWork, recordPendingWork } from './pending-work.js';
import { currentTime, setInterval } from './real-time.js';
import type { Scope, Storage } from './scope.js';
import { type Frame, isFileFrame, isSamePlace, type Stack } from './stack.js';
import { sizeOf } from './value-size.js';

const MAXIMUM_INTERVAL = 15_000;
const MINIMUM_INTERVAL = 5;

export interface HeldValue {
  readonly storage: Storage;
  /** What kind of value, and how large. Never its content. */
  readonly size: string;
}

/** All outlived frames that work of one place holds. */
export interface OutlivedFrames {
  readonly kind: PendingWork['kind'];
  readonly stack: Stack;
  /** The flow whose frame was held for longest, and for how long after its end, in milliseconds. */
  flow: number;
  heldFor: number;
  /** What the frame holds. */
  values: readonly HeldValue[];
  /** The flows whose frames were held. */
  readonly flows: Set<Flow>;
}

const found: OutlivedFrames[] = [];
let limit = Number.POSITIVE_INFINITY;

/** @param seconds how long a frame may be held after the end of its flow */
export function recordOutlivedFrames(seconds: number): void {
  limit = seconds * 1000;
  watchFlows();
  recordPendingWork({ minimumDelay: limit });
  const interval = Math.min(Math.max(limit / 4, MINIMUM_INTERVAL), MAXIMUM_INTERVAL);
  setInterval(check, interval).unref();
}

export function allOutlivedFrames(): readonly OutlivedFrames[] {
  if (limit === Number.POSITIVE_INFINITY) return found;
  for (const work of activeWork()) noteIfOutlived(work);
  if ([...recordedWork()].some((work) => heldFor(work) > limit)) {
    collectGarbage();
    for (const work of reachableWork()) noteIfOutlived(work);
  }
  return found;
}

function check(): void {
  for (const work of activeWork()) noteIfOutlived(work);
  // This notes the ends of flows, and forgets what was collected.
  for (const work of reachableWork()) heldFor(work);
  forgetClosedTasks();
}

/** How long work has held its frame since the end of its flow; 0 if the flow has not ended. */
function heldFor({ scope }: PendingWork): number {
  const flow = flowOf(scope);
  const end = flow === undefined ? undefined : endOf(flow);
  return end === undefined ? 0 : currentTime() - end;
}

function noteIfOutlived(work: PendingWork): void {
  const time = heldFor(work);
  const flow = flowOf(work.scope);
  if (time <= limit || flow === undefined) return;
  const { kind, stack, scope } = work;
  let frames = found.find((known) => known.kind === kind && isSamePlace(makerOf(known.stack), makerOf(stack)));
  if (frames === undefined) {
    const values = valuesIn(scope);
    // The work was made in `exit()`.
    if (values.length === 0) return;
    frames = { kind, stack, flow: flow.number, heldFor: 0, values, flows: new Set() };
    found.push(frames);
  }
  frames.flows.add(flow);
  if (time <= frames.heldFor) return;
  frames.flow = flow.number;
  frames.heldFor = time;
}

function makerOf(stack: Stack): Frame | undefined {
  return stack.find(isFileFrame);
}

function valuesIn(scope: Scope): HeldValue[] {
  const values = new Map<Storage, string>();
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const storage = at.key?.storage.deref();
    if (storage === undefined || at.value === undefined || values.has(storage)) continue;
    values.set(storage, sizeOf('primitive' in at.value ? at.value.primitive : at.value.deref()));
  }
  return [...values].filter(([, size]) => size !== '').map(([storage, size]) => ({ storage, size }));
}
