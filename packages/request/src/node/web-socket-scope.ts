/**
 * WebSockets of the package `ws`, which the frameworks for Node use.
 *
 * The socket below runs its listeners in the scope, and what a WebSocket emits while it reads from there is in the scope
 * too. Messages that are compressed are not: all WebSockets of a process wait in one queue to inflate, so that a message
 * may come out in the frame of another's. The WebSocket therefore runs its own listeners in the scope as well.
 */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { OpenScope } from '../scope/request-scope.js';
import type { NodeRequest } from './request-response.js';
import { runListenersInScope, scopeOf } from './scoped-emitter.js';

/** Whether Node has handed the socket over: it has no other request then, and none will come. */
export function isUpgrade(request: NodeRequest): boolean {
  return 'upgrade' in request && request.upgrade === true;
}

const scoped = new WeakSet<object>();

/** Has all WebSockets of a server run their listeners in the scope of the request that was upgraded. */
export function scopeSockets(server: unknown): void {
  if (!isEmitter(server) || scoped.has(server)) return;
  scoped.add(server);
  server.prependListener('connection', (socket: object, request: object) => {
    const scope = scopeOf(request);
    if (scope !== undefined) runListenersInScope(socket, scope);
  });
}

/**
 * Has the WebSocket that `ws` makes of an upgraded socket run its listeners in the scope. Nobody hands it over here: it is
 * found on its socket when the first bytes come, before any message of theirs.
 */
export function scopeWebSocketOn(socket: Duplex, scope: OpenScope): void {
  const { emit } = socket;
  // The types have an overload for every event.
  socket.emit = ((event: string | symbol, ...args: unknown[]) => {
    if (event === 'data') {
      socket.emit = emit;
      const webSocket = webSocketOf(socket);
      if (webSocket !== undefined) runListenersInScope(webSocket, scope);
    }
    return Reflect.apply(emit, socket, [event, ...args]);
  }) as typeof emit;
}

function webSocketOf(socket: object): object | undefined {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'websocket');
  const found: unknown = key && Reflect.get(socket, key);
  return isEmitter(found) ? found : undefined;
}

function isEmitter(value: unknown): value is EventEmitter {
  return typeof value === 'object' && value !== null && 'prependListener' in value;
}
