import { EventEmitter, setMaxListeners } from 'node:events';

/** An EventEmitter or an EventTarget with a single event. */
export interface Dispatcher {
  listen(listener: () => void, isOnce: boolean): void;
  dispatch(): void;
  /** Whether its listeners are being called. Its user sets this. */
  isDispatching: boolean;
}

export function createEmitterDispatcher(): Dispatcher {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    listen: (listener, isOnce) => void (isOnce ? emitter.once('event', listener) : emitter.on('event', listener)),
    dispatch: () => void emitter.emit('event'),
    isDispatching: false,
  };
}

export function createEventTargetDispatcher(): Dispatcher {
  const target = new EventTarget();
  setMaxListeners(0, target);
  return {
    listen: (listener, isOnce) => target.addEventListener('event', listener, { once: isOnce }),
    dispatch: () => void target.dispatchEvent(new Event('event')),
    isDispatching: false,
  };
}
