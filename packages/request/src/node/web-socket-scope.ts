/**
 * The scope of a WebSocket of the package `ws`, which the frameworks for Node use.
 *
 * The socket of an upgrade runs its listeners in the scope, and so does a WebSocket with what it emits while it reads
 * from that socket. Compressed messages are different: all WebSockets of a process share one queue for decompression,
 * so a message can be emitted in the frame of another one. The listeners of the WebSocket itself therefore run in the
 * scope as well.
 */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Scope } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import type { NodeRequest } from './request-response.js';
import { runListenersInScope } from './scoped-emitter.js';

/** Whether Node has detached the socket from the server, so that the socket belongs to this request alone. */
export function isUpgrade(request: NodeRequest): boolean {
  return 'upgrade' in request && request.upgrade === true;
}

const scopedServers = new WeakSet<object>();

/**
 * Makes every WebSocket of a server run its listeners in the scope of the request that was upgraded.
 * @param server a `WebSocketServer`; anything else is ignored
 */
export function runWebSocketsOfServerInScope(server: unknown): void {
  if (!isEmitter(server) || scopedServers.has(server)) return;
  scopedServers.add(server);
  server.prependListener('connection', (webSocket: object, request: object) => {
    const scope = scopeOf(request);
    if (scope !== undefined) runListenersInScope(webSocket, scope);
  });
}

/**
 * Makes the WebSocket that `ws` creates for an upgraded socket run its listeners in the scope. No event announces that
 * WebSocket here. It is found on its socket when the first bytes arrive, before it emits any message.
 */
export function runWebSocketOfSocketInScope(socket: Duplex, scope: Scope): void {
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

/** `ws` stores the WebSocket on its socket, under a symbol with this description. */
function webSocketOf(socket: object): object | undefined {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'websocket');
  const found: unknown = key && Reflect.get(socket, key);
  return isEmitter(found) ? found : undefined;
}

function isEmitter(value: unknown): value is EventEmitter {
  return typeof value === 'object' && value !== null && 'prependListener' in value;
}
