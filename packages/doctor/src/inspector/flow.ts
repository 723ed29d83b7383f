/**
 * The model of the inspector.
 *
 *   flow      what one `run()` or `enterWith()` leads to. A scope that holds a value opens it
 *   outer     the flow that was current when a flow was opened; the flow is inside it
 *   wait      an asynchronous resource that was made in a flow and is not done: a timer, a promise that is awaited, a socket
 *   state     `waiting`: something that it waits for is pending, in it or in a flow inside it
 *             `held`: only a handle is open that may never do anything again: a socket, a server, an interval
 *             `idle`: the inspector knows of nothing that is pending
 *   sweep     twice a second while waits are recorded: a flow without waits and without open flows inside it has finished
 *
 *     opened ──▶ idle ◀──▶ waiting ◀──▶ held
 *                 │                       if something is started in a finished flow,
 *                 ▼ at a sweep            it is live again
 *              finished
 *
 * While waits are not recorded, a flow stays live until its scope has been collected, and it has no state but `idle`.
 */

import { currentTime } from '../runtime/real-time.js';
import type { Held } from '../runtime/scope.js';
import type { Frame } from '../runtime/stack.js';
import { readInnermostFrame, type UnreadStack } from './unread-stack.js';
import type { WaitKind } from './wait-kinds.js';

/** Flows around a flow. A flow that is deeper in is shown as if it were the outermost one. */
const MAXIMUM_DEPTH = 64;
/** Waits that have ended and finished flows inside, of each flow. Only the last are kept. */
const KEPT_WAITS = 16;
const KEPT_INSIDE = 16;
const KEPT_FINDINGS = 5;

/** The place of something, whose stack is read when the place is needed. */
export class LatePlace {
  #unread: UnreadStack | undefined;
  #frame: Frame | undefined;

  constructor(unread: UnreadStack | undefined) {
    this.#unread = unread;
  }

  get isRead(): boolean {
    return this.#unread === undefined;
  }

  read(): Frame | undefined {
    if (this.#unread !== undefined) {
      this.#frame = readInnermostFrame(this.#unread);
      this.#unread = undefined;
    }
    return this.#frame;
  }
}

export interface Wait {
  readonly flow: Flow;
  /** The type of the resource as Node names it, such as `Timeout`. */
  readonly type: string;
  readonly kind: WaitKind;
  /** Whether it ends when it is destroyed, and not when its callback has run. */
  readonly isLasting: boolean;
  /** Whether it may stay open without ever calling back, so that the flow does not wait for it. */
  readonly isHolding: boolean;
  /** Known for timers only. */
  readonly timer: NodeJS.Timeout | undefined;
  readonly place: LatePlace;
  readonly startTime: number;
  endTime: number | undefined;
  /** The promise, until its collection is observed. Only promises that stay pending for long are worth observing. */
  promise: object | undefined;
}

export interface FoundInFlow {
  /** The record from which the finding is described. */
  readonly record: object;
  readonly time: number;
}

let lastId = 0;

export class Flow {
  readonly id = ++lastId;
  /** The name of the storage that holds the value. */
  readonly storage: string;
  readonly value: Held;
  readonly outer: Flow | undefined;
  readonly depth: number;
  /** All times are those of `performance.now()`. */
  readonly startTime: number;
  /** When something last happened in it. */
  lastTime: number;
  readonly place: LatePlace;
  /** The number of the recording of waits that has seen all of it; 0 if it was opened while waits were not recorded. */
  readonly recording: number;
  isLive = true;
  /** Pending waits, without those that only hold the flow. */
  waiting = 0;
  /** Handles that only hold the flow. */
  holding = 0;
  readonly endedWaits: Wait[] = [];
  readonly finishedInside: FinishedFlow[] = [];
  readonly findings: FoundInFlow[] = [];
  /** The number of the last sweep that found an open flow inside this one. */
  lastSweepInside = 0;

  constructor(storage: string, value: Held, outer: Flow | undefined, place: LatePlace, recording: number) {
    this.storage = storage;
    this.value = value;
    this.outer = outer !== undefined && outer.depth < MAXIMUM_DEPTH ? outer : undefined;
    this.depth = this.outer === undefined ? 0 : this.outer.depth + 1;
    this.startTime = currentTime();
    this.lastTime = this.startTime;
    this.place = place;
    this.recording = recording;
  }

  /** Keeps a wait that has ended, for the timeline. */
  addEndedWait(wait: Wait): void {
    if (this.endedWaits.length >= KEPT_WAITS) this.endedWaits.shift();
    this.endedWaits.push(wait);
  }

  addFinishedInside(flow: FinishedFlow): void {
    if (this.finishedInside.length >= KEPT_INSIDE) this.finishedInside.shift();
    this.finishedInside.push(flow);
  }

  addFinding(record: object, time: number): void {
    if (this.findings.length >= KEPT_FINDINGS || this.findings.some((known) => known.record === record)) return;
    this.findings.push({ record, time });
  }
}

/** What is kept of a flow that has finished: plain data, which keeps no object of the program. */
export interface FinishedFlow {
  readonly id: number;
  readonly storage: string;
  /** The preview of its value. */
  readonly value: string;
  readonly frame: Frame | undefined;
  readonly startTime: number;
  readonly endTime: number;
  readonly waits: readonly FinishedWait[];
  readonly inside: readonly FinishedFlow[];
  readonly findings: readonly FoundInFlow[];
}

export interface FinishedWait {
  readonly kind: WaitKind;
  readonly title: string;
  readonly frame: Frame | undefined;
  readonly startTime: number;
  readonly endTime: number;
}
