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

/** What may end a task. */
const ENDS = (
  'load error loadend abort timeout close success complete finish toggle ended pause seeked volumechange ratechange ' +
  'fullscreenchange fullscreenerror'
).split(' ');
/** How the events begin that tell of tasks. Others that begin so are told of as they were. */
const TYPE =
  /^(load|err|abort|timeo|clo|suc|comp|fin|tog|end|pau|see|vol|rat|fulls|prog|ready|upg|block|open|show|sus|emp|sta|canp|dur|play|wait|timeu)/;

/** What some of the objects have. */
interface TaskTarget extends EventTarget {
  readonly ended?: boolean;
  readonly localName?: string;
  readonly readyState?: unknown;
  readonly transaction?: object | null;
  readonly upload?: object;
}

const tasks = new WeakMap<object, Map<string, Frame | undefined>>();
/** The frames of events that are under way, and may have ended their task. */
const told = new WeakMap<Event, Frame | undefined>();

/** Whether any task was begun in a flow. */
export let isAnyKnown = false;

// Our own listener, which nobody is to hear of who replaces this later.
const addEventListener = globalThis.EventTarget?.prototype.addEventListener;

export function isTaskEvent(type: unknown): boolean {
  return TYPE.test(type as string);
}

/** The kind of task that an event of this type tells of: the first letters of the type, '' for objects that do one thing. */
function kindOf(type: string): string {
  const [kind = ''] = /^(play|pause|seek|volume|rate|toggle|full)/.exec(type) ?? [];
  return /^(waiting|timeupdate|ended)$/.test(type) ? 'play' : kind;
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
  // A player that loads forgets what it had to tell.
  if (kind === '' && 'ended' in target) task.clear();
  task.set(kind, frame);
  // What somebody has put in the place of a class of the platform cannot be listened to.
  if (!lives || frame === undefined || !(target instanceof EventTarget)) return;
  for (const type of ENDS) {
    if (kind === 'play' || kindOf(type) === kind) addEventListener?.call(target, type, frameOf);
  }
}

/** The frame of the task that an event of the platform tells of; undefined where it tells of none. */
export function frameOf(event: Event): Frame | undefined {
  const { type } = event;
  const target = event.target as TaskTarget;
  if (told.has(event)) return told.get(event);
  const task = tasks.get(target);
  if (task === undefined || !event.isTrusted) return undefined;
  let kind = kindOf(type);
  if (type === 'timeupdate' && task.has('seek')) kind = 'seek';
  // A player that comes to its end pauses by itself, and tells of the end after it.
  const isPausing = type === 'pause' && target.ended;
  if (isPausing) kind = 'play';
  const isProgress = 'loaded' in event;
  let isEnd = !isPausing && ENDS.includes(type);
  // A request that a listener has begun anew tells of the end of the one before.
  if (isEnd && isProgress && target.readyState === 1) return undefined;
  // These are told of more afterwards; a style sheet of the removal of its old text and of the new one.
  if (kind === '' && (isProgress || typeof target.readyState === 'number' || target.localName === 'style')) {
    isEnd = /loadend|close/.test(type);
  }
  const frame = task.get(kind);
  told.set(event, frame);
  // Nobody has seen this transaction before, which is part of opening the database.
  if (type === 'upgradeneeded') tasks.set(target.transaction as object, new Map([['', frame]]));
  if (isEnd) {
    task.delete(kind);
    // Nobody listens for the end of an upload, which is over with its request.
    if (target.upload) tasks.delete(target.upload);
  }
  if (isEnd && kind === 'pause') task.delete('play');
  return frame;
}
