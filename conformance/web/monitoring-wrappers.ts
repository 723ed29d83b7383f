/**
 * Wrappers like those of monitoring tools: plain functions that do not look like the native ones, with a separate
 * wrapper for each listener. They count their calls, to show that they are called.
 */

export interface CallCounts {
  timers: number;
  listeners: number;
  requests: number;
}

export function installMonitoringWrappers(): CallCounts {
  const calls: CallCounts = { timers: 0, listeners: 0, requests: 0 };
  const { setTimeout, XMLHttpRequest, EventTarget } = globalThis;
  globalThis.setTimeout = function (this: unknown, ...args: unknown[]) {
    calls.timers++;
    return Reflect.apply(setTimeout, this, args);
  } as typeof globalThis.setTimeout;

  const wrappers = new WeakMap<object, (...args: unknown[]) => unknown>();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (this: EventTarget, ...args: unknown[]) {
    const [type, listener, ...rest] = args;
    if (typeof listener !== 'function') return Reflect.apply(addEventListener, this, args);
    const wrapper =
      wrappers.get(listener) ??
      function (this: unknown, ...listenerArgs: unknown[]) {
        calls.listeners++;
        return Reflect.apply(listener, this, listenerArgs);
      };
    wrappers.set(listener, wrapper);
    return Reflect.apply(addEventListener, this, [type, wrapper, ...rest]);
  };
  EventTarget.prototype.removeEventListener = function (this: EventTarget, ...args: unknown[]) {
    const [type, listener, ...rest] = args;
    const wrapper = typeof listener === 'function' ? wrappers.get(listener) : undefined;
    return Reflect.apply(removeEventListener, this, [type, wrapper ?? listener, ...rest]);
  };

  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (this: XMLHttpRequest, ...args: unknown[]) {
    calls.requests++;
    const { onload } = this;
    if (onload !== null) {
      this.onload = function (...handlerArgs) {
        calls.requests++;
        return Reflect.apply(onload, this, handlerArgs);
      };
    }
    return Reflect.apply(send, this, args);
  };
  return calls;
}
