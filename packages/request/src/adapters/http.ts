/** The request scope for servers of `node:http`, `node:https` and `node:http2`. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { enterNodeScope, enterUpgradeScope } from '../node/enter-scope.js';
import { Http2StreamExchange } from '../node/http2-stream-exchange.js';
import { NodeExchange } from '../node/node-exchange.js';
import { addRequestIdHeaderToStream } from '../node/request-id-header.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { runListenersInScope } from '../node/scoped-emitter.js';
import { sendErrorResponse } from '../node/send-error-response.js';
import { secureTest, type TrustProxyOption } from '../node/trust-proxy.js';
import { UpgradeExchange } from '../node/upgrade-exchange.js';
import { scopeWebSocketOn } from '../node/web-socket-scope.js';
import { errorStatus } from '../scope/error-response.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { createScope, scopeStorage } from '../scope/request-scope.js';

export type HttpOptions = RequestScopeOptions & TrustProxyOption;

/**
 * Gives each request that a listener is called for a scope.
 * @param listener what the server would be given
 * @returns the listener to give to the server
 * @throws ERR_INVALID_OPTION
 * @example
 * createServer(requestScope((request, response) => response.end(getRequestScope().id))).listen(8080);
 */
export function requestScope<
  Request extends IncomingMessage | Http2ServerRequest = IncomingMessage,
  Response extends ServerResponse | Http2ServerResponse = ServerResponse,
>(
  listener: (request: Request, response: Response) => unknown,
  options: HttpOptions = {},
): (request: Request, response: Response) => unknown {
  checkScopeOptions(options);
  const isSecure = secureTest(options);
  return (request: Request & NodeRequest, response: Response & NodeResponse) =>
    // A server that was told to capture rejections looks at what it gets back.
    enterNodeScope(request, response, new NodeExchange(request, response, isSecure), options, (error) =>
      error === undefined ? listener(request, response) : sendErrorResponse(response, error),
    );
}

/**
 * Gives each upgrade, to a WebSocket for instance, a scope that lasts as long as its socket: all that is heard on it is
 * heard in there. A session can be read and changed, but not begun, since no header can carry its cookie.
 * @param listener what `server.on('upgrade')` would be given
 * @throws ERR_INVALID_OPTION
 * @example
 * server.on('upgrade', upgradeScope((request, socket, head) => {
 *   sockets.handleUpgrade(request, socket, head, serve);
 * }));
 */
export function upgradeScope(
  listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown,
  options: HttpOptions = {},
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  checkScopeOptions(options);
  const isSecure = secureTest(options);
  return (request, socket, head) => {
    const exchange = new UpgradeExchange(request, socket, isSecure);
    // Until the application listens.
    const hangUp = () => void socket.destroy();
    socket.on('error', hangUp);
    void enterUpgradeScope(request, socket, exchange, options, (error) => {
      if (error !== undefined) return refuse(socket, error);
      // The error may come after the end that it brings.
      if (socket.destroyed) return;
      socket.off('error', hangUp);
      const scope = scopeStorage.getStore();
      if (scope !== undefined) scopeWebSocketOn(socket, scope);
      listener(request, socket, head);
    });
  };
}

/**
 * Gives each stream of an http2 server a scope, for those who use the streams themselves. There are no sessions.
 * @param listener what `server.on('stream')` would be given
 * @throws ERR_INVALID_OPTION
 * @example
 * server.on('stream', streamScope((stream) => stream.respond({ ':status': 200 })));
 */
export function streamScope(
  listener: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => unknown,
  options: Omit<RequestScopeOptions, 'session'> = {},
): (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => void {
  checkScopeOptions(options);
  return (stream, headers, flags) => {
    const scope = createScope(new Http2StreamExchange(stream, headers), options);
    runListenersInScope(stream, scope);
    addRequestIdHeaderToStream(stream, scope.id);
    scopeStorage.run(scope, listener, stream, headers, flags);
  };
}

/** Ends a socket whose client may keep its own half open for as long as it likes. */
function refuse(socket: Duplex, error: unknown): void {
  const status = errorStatus(error);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
}
