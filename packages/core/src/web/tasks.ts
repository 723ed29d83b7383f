/**
 * Rule 4: an object that stands for one task tells of it in the frame of the call or assignment that started the task. A
 * task is known by its object and a kind: a media element loads, plays and seeks, each in a frame of its own. The frame
 * is kept for the object until the event that ends the task, and until that event is over for all who listen to it.
 *
 * While no flow starts a task nothing is kept. An object that has a frame already is given the root by a task that
 * is started there, so that no event is ever taken for that of a task before.
 */
import { current } from '../engine/current.js';
import type { Frame } from '../frame.js';

type Kind = string;

/** The events that tasks tell of, by kind; the first kind is that of objects that do one thing. */
const EVENTS: Readonly<Record<Kind, string>> = {
  '':
    'load error loadend abort loadstart progress readystatechange timeout success upgradeneeded blocked complete open ' +
    'close show fullscreenchange fullscreenerror finish suspend emptied stalled loadedmetadata loadeddata canplay ' +
    'canplaythrough durationchange',
  toggle: 'toggle',
  play: 'play playing waiting timeupdate ended',
  pause: 'pause',
  seek: 'seeking seeked',
  volumechange: 'volumechange',
  ratechange: 'ratechange',
};

const KINDS = new Map<string, Kind>();
for (const [kind, types] of Object.entries(EVENTS)) for (const type of types.split(' ')) KINDS.set(type, kind);

/** What ends a task of this kind, where its object may live much longer. */
const ENDS: Readonly<Record<Kind, readonly string[]>> = {
  '': ['load', 'error', 'loadend', 'close'],
  toggle: ['toggle'],
  play: ['pause', 'ended'],
  pause: ['pause'],
  seek: ['seeked'],
  volumechange: ['volumechange'],
  ratechange: ['ratechange'],
};

/** Objects that tell of progress, or have a `readyState` that counts, go on after these. */
const MAYBE_LAST = /^(load|error|success|complete|abort|finish|fullscreenerror|fullscreenchange)$/;
const LAST = /^(loadend|close|toggle|pause|ended|seeked|volumechange|ratechange)$/;

const tasks = new WeakMap<object, Map<Kind, Frame | undefined>>();
/** The frames of events that are under way, and may have ended their task. */
const told = new WeakMap<Event, Frame | undefined>();

/** Whether any task was started in a flow. */
export let isAnyKnown = false;

// What stands here first is as good as any: it is our own listener, which nobody else is to hear of.
const addEventListener = globalThis.EventTarget?.prototype.addEventListener;

export function isTaskEvent(type: unknown): boolean {
  return KINDS.has(type as string);
}

/**
 * The current frame is that of the task which this object begins now.
 * @param listen to the task's end, for objects that live longer
 */
export function begin(target: object, kind: Kind = '', listen = false): void {
  const { frame } = current;
  let task = tasks.get(target);
  if (task === undefined) {
    if (frame === undefined) return;
    task = new Map();
    tasks.set(target, task);
    isAnyKnown = true;
  }
  task.set(kind, frame);
  if (listen && frame !== undefined) {
    for (const type of ENDS[kind] ?? []) addEventListener?.call(target as EventTarget, type, frameOf);
  }
}

/** The frame of the task that an event of the platform tells of; undefined where it tells of none. */
export function frameOf(event: Event): Frame | undefined {
  const { target, type } = event;
  if (told.has(event)) return told.get(event);
  const task = tasks.get(target as EventTarget);
  if (task === undefined || !event.isTrusted) return undefined;
  const isEnded = (target as HTMLMediaElement).ended;
  const kind =
    type === 'timeupdate' && task.has('seek')
      ? 'seek'
      : type === 'pause' && isEnded
        ? 'play'
        : (KINDS.get(type) ?? type);
  const frame = task.get(kind);
  told.set(event, frame);
  if (type === 'upgradeneeded') {
    // The transaction is part of the task of opening, and nobody else has seen it before.
    tasks.set((target as IDBOpenDBRequest).transaction as IDBTransaction, new Map([['', frame]]));
  }
  const goesOn = 'loaded' in event || typeof (target as XMLHttpRequest).readyState === 'number';
  if (LAST.test(type) || (!goesOn && MAYBE_LAST.test(type))) {
    // A player that has reached its end tells so after it has told of the pause.
    if (type === 'pause' && isEnded) return frame;
    task.delete(kind);
    if (type === 'pause') task.delete('play');
  }
  return frame;
}
