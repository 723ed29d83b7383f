/**
 * Rule 4: the listeners of events that report a task run in the frame of the task, on the object that represents it and
 * on the objects to which the event bubbles or that capture it. Other events run their listeners in the frame of the
 * dispatch: that of the caller of `dispatchEvent()`, or the root if the platform dispatches them. Listeners of uncaught
 * errors always run in the root.
 *
 * Only listeners of task events are wrapped. A listener has one wrapper wherever it is added, so that adding it twice
 * and removing it work as specified (https://dom.spec.whatwg.org/#add-an-event-listener). Registering a listener
 * captures nothing.
 */
import { current, runInFrame } from '../engine/current.js';
import { isObject } from '../is-object.js';
import { disguise, forEachMember, type NativeFunction, patchMember, wrapCall } from './patch.js';
import { HANDLER_CLASSES } from './platform-apis.js';
import { frameOfEvent, isTaskEvent } from './task-frames.js';

/** The wrapper of each listener. */
const wrappers = new WeakMap<object, NativeFunction>();
/** The listener of each wrapper. */
const listeners = new WeakMap<object, object>();

function wrapListener(listener: unknown): unknown {
  if (!isObject(listener)) return listener;
  let wrapper = wrappers.get(listener);
  if (wrapper === undefined) {
    wrapper = function (this: unknown, ...args: unknown[]): unknown {
      const event = args[0] as Event;
      const taskFrame = frameOfEvent(event);
      const frame = isErrorReport(event) ? undefined : (current.frame ?? taskFrame);
      return typeof listener === 'function'
        ? runInFrame(frame, listener as NativeFunction, this, args)
        : runInFrame(frame, callHandleEvent, listener, [event]);
    };
    wrappers.set(listener, wrapper);
    listeners.set(wrapper, listener);
  }
  return wrapper;
}

function callHandleEvent(this: unknown, event: Event): void {
  (this as EventListenerObject).handleEvent(event);
}

/**
 * Whether a call reports an uncaught error: `onerror` of the global object receives a message, other listeners an
 * event.
 */
function isErrorReport(event: Event | string): boolean {
  return typeof event === 'string' || (event.isTrusted && 'message' in event);
}

/** Patches `addEventListener()`, `removeEventListener()` and the event handlers of tasks, such as `onload`. */
export function patchEvents(): void {
  wrapCall('EventTarget.prototype', 'addEventListener', (call, _, args) => {
    if (isTaskEvent(args[0])) args[1] = wrapListener(args[1]);
    return call();
  });
  wrapCall('EventTarget.prototype', 'removeEventListener', (call, _, args) => {
    const [type, listener] = args;
    const wrapper = wrappers.get(listener as object);
    if (wrapper !== undefined && isTaskEvent(type)) {
      args[1] = wrapper;
      call();
    }
    // The listener itself is removed too: it may have been added before the patches were installed.
    args[1] = listener;
    return call();
  });
  for (const className of HANDLER_CLASSES.split(' ')) forEachMember(className, patchHandler);
  patchHandler('', 'onerror');
}

/** Patches the event handler of a task event: its setter wraps the function, and its getter returns the original. */
function patchHandler(path: string, key: string): void {
  if (!key.startsWith('on') || !isTaskEvent(key.slice(2))) return;
  patchMember(path, key, ({ get, set }) => {
    if (get === undefined || set === undefined) return undefined;
    const accessors = {
      get(this: unknown): unknown {
        const handler = get.call(this);
        return listeners.get(handler) ?? handler;
      },
      set(this: unknown, handler: unknown): void {
        set.call(this, typeof handler === 'function' ? wrapListener(handler) : handler);
      },
    };
    return { get: disguise(accessors.get, get), set: disguise(accessors.set, set) };
  });
}
