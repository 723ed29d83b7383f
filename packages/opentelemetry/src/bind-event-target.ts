/** Binds the listeners of an EventTarget. https://dom.spec.whatwg.org/#interface-eventtarget */
import { BoundListeners } from './bound-listeners.js';

type Callback = (...args: never[]) => unknown;

export function isEventTarget(target: unknown): target is EventTarget {
  const { addEventListener, removeEventListener } = Object(target) as Partial<EventTarget>;
  return (
    typeof target === 'object' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  );
}

/**
 * Overrides the methods of one target.
 * @param target the target
 * @param bind binds a function to the context
 */
export function bindEventTarget(target: EventTarget, bind: (listener: Callback) => Callback): void {
  const bound = new BoundListeners<EventListenerOrEventListenerObject>((listener) =>
    typeof listener === 'function'
      ? (bind(listener) as EventListener)
      : // `handleEvent` is read when an event is dispatched, as without the binding.
        { handleEvent: bind((event: Event) => listener.handleEvent(event)) as EventListener },
  );
  const override = (
    name: 'addEventListener' | 'removeEventListener',
    replace: (listener: EventListenerOrEventListenerObject) => EventListenerOrEventListenerObject,
  ) => {
    const native = target[name] as (...args: unknown[]) => void;
    Object.defineProperty(target, name, {
      value(this: unknown, type: unknown, listener: unknown, ...rest: unknown[]) {
        const isListener = typeof listener === 'function' || (typeof listener === 'object' && listener !== null);
        const replaced = isListener ? replace(listener as EventListenerOrEventListenerObject) : listener;
        return Reflect.apply(native, this, [type, replaced, ...rest]);
      },
      writable: true,
      enumerable: false,
      configurable: true,
    });
  };
  override('addEventListener', (listener) => bound.of(listener));
  override('removeEventListener', (listener) => bound.find(listener));
}
