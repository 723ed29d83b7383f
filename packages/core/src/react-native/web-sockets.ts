/**
 * Rule 4, for web sockets: what the native side reports runs the listeners in the frame of the call of the constructor.
 * The constructor listens to the events of the device with functions that dispatch the events of the socket.
 */
import { wrapCall } from '../web/patch.js';
import { bindAlways } from './bind-always.js';
import { patchGlobalWhenRead } from './lazy-properties.js';

interface Emitter {
  addListener(type: string, listener: unknown, context?: unknown): unknown;
}

interface Socket {
  _eventEmitter: Emitter;
}

/** Patches the class `WebSocket`. */
export function patchWebSockets(): void {
  patchGlobalWhenRead('WebSocket', () => {
    wrapCall('WebSocket.prototype', '_registerEvents', (call, self) => {
      const socket = self as Socket;
      const emitter = socket._eventEmitter;
      socket._eventEmitter = {
        addListener: (type, listener, context) => emitter.addListener(type, bindAlways(listener), context),
      };
      try {
        return call();
      } finally {
        socket._eventEmitter = emitter;
      }
    });
  });
}
