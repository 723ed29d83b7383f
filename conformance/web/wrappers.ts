/**
 * Patches as monitoring tools make them: plain functions around the platform's, which keep nothing of its looks and give
 * each listener a function of their own. They count, so that it can be seen that they are still called.
 */

export interface Calls {
  timers: number;
  listeners: number;
  requests: number;
}

export function wrapAsMonitoringToolsDo(): Calls {
  const calls: Calls = { timers: 0, listeners: 0, requests: 0 };
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
      function (this: unknown, ...inner: unknown[]) {
        calls.listeners++;
        return Reflect.apply(listener, this, inner);
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
      this.onload = function (...inner) {
        calls.requests++;
        return Reflect.apply(onload, this, inner);
      };
    }
    return Reflect.apply(send, this, args);
  };
  return calls;
}
