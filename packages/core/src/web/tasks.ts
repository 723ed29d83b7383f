/**
 * Rule 4: an object that stands for one task tells of it in the frame of the call or assignment that began the task. A
 * task is known by its object and a kind, since a media element loads, plays and seeks, each in a frame of its own. The
 * frame is kept for the object until the event that ends the task, and for that event until nobody holds it any more.
 *
 * While no flow begins a task nothing is kept. For an object that has a frame a task that is begun at the root is noted
 * too, so that none of its events is taken for one of the task before.
 */
import { current } from '../engine/current.js';
import type { Frame } from '../frame.js';

/** By kind: the events that end a task, and the others that tell of it. The first kind is that of all simple objects. */
const EVENTS: Readonly<Record<string, readonly [string, string]>> = {
  '': [
    'load error loadend abort timeout close success complete finish',
    'loadstart progress readystatechange upgradeneeded blocked open show suspend emptied stalled loadedmetadata ' +
      'loadeddata canplay canplaythrough durationchange',
  ],
  toggle: ['toggle', ''],
  fullscreen: ['fullscreenchange fullscreenerror', ''],
  play: ['ended pause', 'play playing waiting timeupdate'],
  pause: ['pause', ''],
  seek: ['seeked', 'seeking'],
  volume: ['volumechange', ''],
  rate: ['ratechange', ''],
};

/** The kind of task that an event of this type tells of. */
const kinds = new Map<unknown, string>();
for (const [kind, types] of Object.entries(EVENTS))
  for (const type of types.join(' ').split(' ')) kinds.set(type, kind);

/** What some of the objects have. */
interface TaskTarget extends EventTarget {
  readonly ended?: boolean;
  readonly localName?: string;
  readonly readyState?: unknown;
  readonly transaction?: object | null;
}

const tasks = new WeakMap<object, Map<string, Frame | undefined>>();
/** The frames of events that are under way, and may have ended their task. */
const told = new WeakMap<Event, Frame | undefined>();

/** Whether any task was begun in a flow. */
export let isAnyKnown = false;

// Our own listener, which nobody is to hear of who replaces this later.
const addEventListener = globalThis.EventTarget?.prototype.addEventListener;

export function isTaskEvent(type: unknown): boolean {
  return kinds.has(type);
}

/**
 * Makes the current frame that of the task which this object begins now.
 * @param lives longer than the task: its end is to be listened for
 */
export function begin(target: object, kind = '', lives = false): void {
  const { frame } = current;
  let task = tasks.get(target);
  if (task === undefined) {
    if (frame === undefined) return;
    task = new Map();
    tasks.set(target, task);
    isAnyKnown = true;
  }
  task.set(kind, frame);
  if (!lives || frame === undefined) return;
  for (const type of EVENTS[kind]?.[0].split(' ') ?? []) addEventListener?.call(target as EventTarget, type, frameOf);
}

/** The frame of the task that an event of the platform tells of; undefined where it tells of none. */
export function frameOf(event: Event): Frame | undefined {
  const { type } = event;
  const target = event.target as TaskTarget;
  if (told.has(event)) return told.get(event);
  const task = tasks.get(target);
  if (task === undefined || !event.isTrusted) return undefined;
  let kind = kinds.get(type) ?? '';
  if (type === 'timeupdate' && task.has('seek')) kind = 'seek';
  // A player that comes to its end pauses by itself.
  if (type === 'pause' && target.ended) kind = 'play';
  const isEnd = EVENTS[kind]?.[0].includes(type);
  const isProgress = 'loaded' in event;
  // A request that a listener has begun anew tells of the end of the one before.
  if (isEnd && isProgress && target.readyState === 1) return undefined;
  const frame = task.get(kind);
  told.set(event, frame);
  // Nobody has seen this transaction before, which is part of opening the database.
  if (type === 'upgradeneeded') tasks.set(target.transaction as object, new Map([['', frame]]));
  // These are told of more afterwards; a style sheet of the removal of its old text and of the new one.
  const goesOn = isProgress || typeof target.readyState === 'number' || target.localName === 'style';
  if (kind === '' && goesOn ? /loadend|close/.test(type) : isEnd && !(type === 'pause' && target.ended)) {
    task.delete(kind);
    if (type === 'pause') task.delete('play');
  }
  return frame;
}
