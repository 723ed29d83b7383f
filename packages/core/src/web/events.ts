/**
 * Rule 4: the listeners of an object that stands for a task run in the task's frame, also those of other objects that
 * capture its events or to which these bubble. Whatever else is dispatched runs where it is dispatched, and what the
 * platform reports as an error runs at the root, whoever was running.
 *
 * Only listeners of events that tasks tell of are wrapped, each in one function wherever it is added, so that adding it
 * twice and removing it mean what they meant. Registering captures nothing.
 */
import { current } from '../engine/current.js';
import { disguised, eachMember, find, type Native, ownerOf, patchCall, patchProperty } from './patch.js';
import { frameOf, isTaskEvent } from './task-frames.js';

/** What listens, and what stands for it; and the other way round. */
const wrappers = new WeakMap<object, Native>();
const listeners = new WeakMap<object, object>();

/** Where handlers stand, `onload` and the like. */
const CLASSES =
  'HTMLElement SVGElement Element Document XMLHttpRequest XMLHttpRequestEventTarget FileReader IDBRequest ' +
  'IDBOpenDBRequest IDBTransaction IDBDatabase EventSource WebSocket Worker SharedWorker AbortSignal Notification Animation';

function wrapped(listener: unknown): unknown {
  if ((typeof listener !== 'function' && typeof listener !== 'object') || listener === null) return listener;
  let wrapper = wrappers.get(listener);
  if (wrapper === undefined) {
    wrapper = function (this: unknown, ...args: unknown[]): unknown {
      const before = current.frame;
      const event = args[0] as Event;
      const frame = frameOf(event);
      current.frame = isReport(event) ? undefined : (before ?? frame);
      try {
        if (typeof listener === 'function') return Reflect.apply(listener, this, args);
        return (listener as EventListenerObject).handleEvent(event);
      } finally {
        current.frame = before;
      }
    };
    wrappers.set(listener, wrapper);
    listeners.set(wrapper, listener);
  }
  return wrapper;
}

/** An error that nobody caught. The handler of the global object is given its message first, all others an event. */
function isReport(event: Event | string): boolean {
  return typeof event === 'string' || (event.isTrusted && 'message' in event);
}

export function patchEvents(): void {
  patchCall('EventTarget.prototype', 'addEventListener', (native, self, args) => {
    if (isTaskEvent(args[0])) args[1] = wrapped(args[1]);
    return Reflect.apply(native, self, args);
  });
  patchCall('EventTarget.prototype', 'removeEventListener', (native, self, args) => {
    const [type, listener, ...rest] = args;
    const wrapper = wrappers.get(listener as object);
    // It may have been added before the patches were there.
    if (wrapper !== undefined && isTaskEvent(type)) Reflect.apply(native, self, [type, wrapper, ...rest]);
    return Reflect.apply(native, self, args);
  });
  eachMember(CLASSES, /^on/, patchHandler);
  patchHandler('', 'onerror');
}

function patchHandler(path: string, key: string): void {
  if (!isTaskEvent(key.slice(2))) return;
  const owner = path === '' ? globalThis : find(path);
  patchProperty(ownerOf(owner, key), key, `${path}.${key}`, (property) => {
    const { get, set } = property;
    if (get === undefined || set === undefined) return property;
    const made = {
      get(this: unknown): unknown {
        const handler = get.call(this);
        return listeners.get(handler) ?? handler;
      },
      set(this: unknown, handler: unknown): void {
        set.call(this, typeof handler === 'function' ? wrapped(handler) : handler);
      },
    };
    return { get: disguised(made.get, get), set: disguised(made.set, set) };
  });
}
