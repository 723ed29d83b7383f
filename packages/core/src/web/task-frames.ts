/**
 * Rule 4: the listeners of events that report a task run in the frame of the call or assignment that started the task.
 *
 * A task is identified by its object and its kind. Its frame is kept from the start of the task until the event that
 * ends it, and for the remaining listeners of that event:
 *
 *     startTask(target, kind)        tasks:  target -> kind -> frame
 *              |
 *     events of that kind            eventFrames:  event -> frame
 *              |
 *     the event that ends the task   tasks:  the kind is deleted
 *
 * While no flow starts a task, nothing is kept. Once a flow has started a task of an object, tasks that start in the
 * root are recorded for it as well: otherwise their events would be attributed to the earlier task.
 *
 * Which events an object fires, and in which order, is specified by HTML (https://html.spec.whatwg.org/#mediaevents for
 * media elements), XMLHttpRequest (https://xhr.spec.whatwg.org/#events), File API and IndexedDB.
 */
import { current } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { TASK_EVENTS, type TaskKind } from './platform-apis.js';

/** Properties that some of the objects have. */
interface TaskTarget extends EventTarget {
  readonly ended?: boolean;
  readonly localName?: string;
  readonly readyState?: unknown;
  readonly transaction?: object | null;
  readonly upload?: object;
}

/** The events that can end a task. */
const finalEvents: string[] = [];
const kinds = new Map<string, TaskKind>();
for (const [kind, types] of Object.entries(TASK_EVENTS)) {
  for (const item of types.split(' ')) {
    const [type, suffix] = item.split('!') as [string, string?];
    kinds.set(type, kind as TaskKind);
    if (suffix !== undefined) finalEvents.push(type);
  }
}

const tasks = new WeakMap<object, Map<TaskKind, OpaqueFrame | undefined>>();
const eventFrames = new WeakMap<Event, OpaqueFrame | undefined>();

/** Whether a flow has ever started a task. */
export let hasTasks = false;

// Our own listeners are hidden from libraries that replace this method later.
const addEventListener = globalThis.EventTarget?.prototype.addEventListener;

/** Whether events of a type report tasks. */
export function isTaskEvent(type: unknown): boolean {
  return kinds.has(String(type));
}

/**
 * Records that an object starts a task in the current frame.
 *
 * @param isReused whether the object can start more tasks. If it can, the end of this one is listened for, to release
 * the frame; otherwise the frame is released together with the object.
 */
export function startTask(target: object, kind: TaskKind = 'load', isReused = false): void {
  const { frame } = current;
  let frames = tasks.get(target);
  if (frames === undefined) {
    if (frame === undefined) return;
    frames = new Map();
    tasks.set(target, frames);
    hasTasks = true;
  }
  // When a media element starts to load, it drops the pending events of the previous resource.
  if (kind === 'load' && 'ended' in target) frames.clear();
  frames.set(kind, frame);
  // A library may have replaced a class of the platform with one whose instances are not event targets.
  if (!isReused || frame === undefined || !(target instanceof EventTarget)) return;
  for (const type of finalEvents) {
    // Playback ends with `ended`, or with `pause`, which is an event of another kind.
    if (kind === 'play' || kinds.get(type) === kind) addEventListener?.call(target, type, frameOfEvent);
  }
}

/** Returns the frame of the task that an event reports, if any. The event that ends the task releases it. */
export function frameOfEvent(event: Event): OpaqueFrame | undefined {
  const { type } = event;
  const target = event.target as TaskTarget;
  if (eventFrames.has(event)) return eventFrames.get(event);
  const frames = tasks.get(target);
  if (frames === undefined || !event.isTrusted) return undefined;
  let kind = kinds.get(type) as TaskKind;
  if (type === 'timeupdate' && frames.has('seek')) kind = 'seek';
  // At its end, a media element pauses without a call of `pause()`, and fires `pause` before `ended`.
  const isPauseAtEnd = type === 'pause' && target.ended;
  if (isPauseAtEnd) kind = 'play';
  const isProgress = 'loaded' in event;
  let isFinal = !isPauseAtEnd && finalEvents.includes(type);
  // A listener has opened the request again: this event ends the previous exchange.
  if (isFinal && isProgress && target.readyState === 1) return undefined;
  // Objects with a ready state fire more events later. A style element fires events for its old text and its new one.
  if (kind === 'load' && (isProgress || typeof target.readyState === 'number' || target.localName === 'style')) {
    isFinal = type === 'loadend' || type === 'close';
  }
  const frame = frames.get(kind);
  eventFrames.set(event, frame);
  // The transaction is part of opening the database, and user code first sees it in this event:
  // https://w3c.github.io/IndexedDB/#upgrade-a-database
  if (type === 'upgradeneeded') tasks.set(target.transaction as object, new Map([['load', frame]]));
  if (isFinal) {
    frames.delete(kind);
    // The end of an upload is not listened for; it is over when its request is.
    if (target.upload) tasks.delete(target.upload);
  }
  if (isFinal && kind === 'pause') frames.delete('play');
  return frame;
}
