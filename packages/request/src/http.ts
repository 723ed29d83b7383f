/** The request scope for servers of `node:http`, `node:https` and `node:http2`. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { answerError, errorStatus } from './error-answer.js';
import { emitInScope, NodeExchange, type NodeRequest, type NodeResponse } from './node-exchange.js';
import { enterNodeScope, enterUpgradeScope } from './node-scope.js';
import type { RequestScopeOptions, TrustProxyOption } from './options.js';
import { checkOptions, openScope, storage } from './scope.js';
import { StreamExchange } from './stream-exchange.js';
import { secureTest } from './trust-proxy.js';
import { UpgradeExchange } from './upgrade-exchange.js';
import { scopeWebSocketOn } from './web-socket-scope.js';

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
  checkOptions(options);
  const isSecure = secureTest(options);
  return (request: Request & NodeRequest, response: Response & NodeResponse) =>
    // A server that was told to capture rejections looks at what it gets back.
    enterNodeScope(request, response, new NodeExchange(request, response, isSecure), options, (error) =>
      error === undefined ? listener(request, response) : answerError(response, error),
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
  checkOptions(options);
  const isSecure = secureTest(options);
  return (request, socket, head) => {
    const exchange = new UpgradeExchange(request, socket, isSecure);
    // Until the application listens.
    const hangUp = () => void socket.destroy();
    socket.on('error', hangUp);
    enterUpgradeScope(request, socket, exchange, options, (error) => {
      if (error !== undefined) return refuse(socket, error);
      // The error may come after the end that it brings.
      if (socket.destroyed) return;
      socket.off('error', hangUp);
      const scope = storage.getStore();
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
  checkOptions(options);
  return (stream, headers, flags) => {
    const scope = openScope(new StreamExchange(stream, headers), options);
    emitInScope(stream, scope);
    storage.run(scope, listener, stream, headers, flags);
  };
}

/** Ends a socket whose client may keep its own half open for as long as it likes. */
function refuse(socket: Duplex, error: unknown): void {
  const status = errorStatus(error);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
}
