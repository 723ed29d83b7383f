/** Binds the listeners of an EventTarget. https://dom.spec.whatwg.org/#interface-eventtarget */
import { BoundListeners } from './bound-listeners.js';

type Callback = (...args: never[]) => unknown;

type Name = 'addEventListener' | 'removeEventListener';
type Method = (this: unknown, type: unknown, listener: unknown, ...rest: unknown[]) => void;

export function isEventTarget(target: unknown): target is EventTarget {
  const { addEventListener, removeEventListener } = Object(target) as Partial<EventTarget>;
  return (
    typeof target === 'object' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  );
}

function isListener(value: unknown): value is EventListenerOrEventListenerObject {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
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
  const { addEventListener, removeEventListener } = target as unknown as Record<Name, Method>;
  const override = (name: Name, method: Method) =>
    Object.defineProperty(target, name, { value: method, writable: true, enumerable: false, configurable: true });
  // A target has each listener once. One that was added before the binding is replaced, so that it is still called once.
  override('addEventListener', function (type, listener, ...rest) {
    if (!isListener(listener)) return Reflect.apply(addEventListener, this, [type, listener, ...rest]);
    Reflect.apply(removeEventListener, this, [type, listener, ...rest]);
    return Reflect.apply(addEventListener, this, [type, bound.of(listener), ...rest]);
  });
  override('removeEventListener', function (type, listener, ...rest) {
    if (isListener(listener)) Reflect.apply(removeEventListener, this, [type, bound.find(listener), ...rest]);
    return Reflect.apply(removeEventListener, this, [type, listener, ...rest]);
  });
}
