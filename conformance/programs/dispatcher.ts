import { EventEmitter, setMaxListeners } from 'node:events';

/** An EventEmitter or an EventTarget with one event. */
export interface Dispatcher {
  listen(listener: () => void, once: boolean): void;
  dispatch(): void;
  /** Whether its listeners are being called. */
  busy: boolean;
}

export function dispatcherOfEmitter(): Dispatcher {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    listen: (listener, once) => void (once ? emitter.once('event', listener) : emitter.on('event', listener)),
    dispatch: () => void emitter.emit('event'),
    busy: false,
  };
}

export function dispatcherOfEventTarget(): Dispatcher {
  const target = new EventTarget();
  setMaxListeners(0, target);
  return {
    listen: (listener, once) => target.addEventListener('event', listener, { once }),
    dispatch: () => void target.dispatchEvent(new Event('event')),
    busy: false,
  };
}
