/** The request scope for servers of `node:http`, `node:https` and `node:http2`. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { enterNodeScope, enterUpgradeScope } from '../node/enter-scope.js';
import { handleListenerErrors } from '../node/handle-listener-errors.js';
import { Http2StreamExchange } from '../node/http2-stream-exchange.js';
import { NodeExchange } from '../node/node-exchange.js';
import { addRequestIdHeaderToStream } from '../node/request-id-header.js';
import type { HostReader, NodeRequest, NodeResponse, SecureTest } from '../node/request-response.js';
import { runListenersInScope } from '../node/scoped-emitter.js';
import { sendErrorResponse } from '../node/send-error-response.js';
import { hostReaderFor, secureTestFor, type TrustProxyOption, trustProxyCheck } from '../node/trust-proxy.js';
import { UpgradeExchange } from '../node/upgrade-exchange.js';
import { runWebSocketOfSocketInScope } from '../node/web-socket-scope.js';
import { errorResponseStatus } from '../scope/error-response.js';
import { type ListenerLogOption, logCheck, logListenerError } from '../scope/log-listener-error.js';
import {
  checkListener,
  checkScopeOptions,
  type OptionChecks,
  type RequestScopeOptions,
  SCOPE_OPTION_CHECKS,
} from '../scope/options.js';
import { createScope, scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';

/** The options of the adapter for Node's own servers. */
export type HttpOptions = RequestScopeOptions & TrustProxyOption & ListenerLogOption;

const HTTP_OPTION_CHECKS: OptionChecks = { ...SCOPE_OPTION_CHECKS, trustProxy: trustProxyCheck, log: logCheck };

const { session: _session, ...CHECKS_WITHOUT_SESSION } = SCOPE_OPTION_CHECKS;
const STREAM_OPTION_CHECKS: OptionChecks = { ...CHECKS_WITHOUT_SESSION, log: logCheck };

/**
 * Wraps the listener of a server, so that it runs in a new scope for each request.
 *
 * If the session cannot be loaded, the listener is not called, and the response is an error with the status of its
 * code. An error that the listener throws or rejects with, which would end the process without this adapter, is logged.
 * The response then is an error with the `status` or `statusCode` of the error, by default 500. If a part of the
 * response has been sent, the connection is destroyed instead.
 * @param listener the listener for the event `request`
 * @param options default: a random id, no deadline, no session and no trusted proxy, and errors go to the console
 * @returns the listener to pass to the server
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { createServer } from 'node:http';
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/http';
 *
 * const listener = (request, response) => response.end(`Hello from ${getRequestScope().id}\n`);
 * createServer(requestScope(listener)).listen(8080);
 * // curl localhost:8080 prints: Hello from ...
 * @see https://nodejs.org/api/http.html#event-request
 */
export function requestScope<
  Request extends IncomingMessage | Http2ServerRequest = IncomingMessage,
  Response extends ServerResponse | Http2ServerResponse = ServerResponse,
>(
  listener: (request: Request, response: Response) => unknown,
  options: HttpOptions = {},
): (request: Request, response: Response) => unknown {
  checkListener('requestScope()', listener);
  checkScopeOptions(options, HTTP_OPTION_CHECKS);
  const isSecure = secureTestFor(options);
  const readHost = hostReaderFor(options);
  const handleError = (request: NodeRequest, response: NodeResponse, error: unknown) => {
    logListenerError(options, scopeOf(request), error);
    if (response.headersSent && !response.writableEnded) destroyResponse(response);
    else sendErrorResponse(response, error);
  };
  return (request: Request & NodeRequest, response: Response & NodeResponse) => {
    const exchange = new HttpExchange(request, response, isSecure, readHost);
    return enterNodeScope(request, response, exchange, options, (loadError) =>
      loadError === undefined
        ? handleListenerErrors(
            () => listener(request, response),
            (error) => handleError(request, response, error),
          )
        : sendErrorResponse(response, loadError),
    );
  };
}

class HttpExchange extends NodeExchange {
  readonly #isSecure: SecureTest;
  readonly #readHost: HostReader;

  constructor(request: NodeRequest, response: NodeResponse, isSecure: SecureTest, readHost: HostReader) {
    super(request, response);
    this.#isSecure = isSecure;
    this.#readHost = readHost;
  }

  override get isSecure(): boolean {
    return this.#isSecure(this.request);
  }

  override get host(): string | undefined {
    return this.#readHost(this.request);
  }
}

/**
 * Wraps the listener for upgrades, for example to a WebSocket, so that it runs in a new scope for each upgrade. The
 * scope lasts as long as the socket, and all listeners of the socket run in it.
 *
 * A session can be read and changed, but none can begin, because no header can carry its cookie. If the session cannot
 * be loaded, the listener is not called, and the upgrade is refused with the status of the error. An error that the
 * listener throws or rejects with is logged. The upgrade is then refused with the status of the error, or the socket is
 * destroyed if the listener has written to it.
 * @param listener the listener for the event `upgrade`
 * @param options default: a random id, no deadline, no session and no trusted proxy, and errors go to the console
 * @returns the listener to pass to the server
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { createServer } from 'node:http';
 * import { getRequestScope } from '@throughline/request';
 * import { upgradeScope } from '@throughline/request/http';
 * import { WebSocket, WebSocketServer } from 'ws';
 *
 * const sockets = new WebSocketServer({ noServer: true });
 * const listener = (request, socket, head) => {
 *   sockets.handleUpgrade(request, socket, head, (webSocket) => {
 *     webSocket.on('message', (message) => webSocket.send(`${message} at ${getRequestScope().path}`));
 *   });
 * };
 * const server = createServer().on('upgrade', upgradeScope(listener)).listen(8080);
 *
 * const client = new WebSocket('ws://localhost:8080/chat');
 * client.on('open', () => client.send('hello'));
 * client.on('message', (message) => {
 *   console.log(`${message}`); // hello at /chat
 *   client.close();
 *   server.close();
 * });
 * @see https://nodejs.org/api/http.html#event-upgrade_1
 */
export function upgradeScope(
  listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown,
  options: HttpOptions = {},
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  checkListener('upgradeScope()', listener);
  checkScopeOptions(options, HTTP_OPTION_CHECKS, 'upgradeScope()');
  const isSecure = secureTestFor(options);
  const readHost = hostReaderFor(options);
  return (request, socket, head) => {
    const exchange = new UpgradeExchange(request, socket, isSecure, readHost);
    // Handles errors until the application listens to them.
    const destroySocket = () => void socket.destroy();
    socket.on('error', destroySocket);
    // The promise settles after the listener has been called: there is nothing left to wait for.
    void enterUpgradeScope(request, socket, exchange, options, (loadError) => {
      if (loadError !== undefined) return refuseUpgrade(socket, loadError);
      // A client that resets the connection destroys the socket, and the event `error` may follow only afterwards.
      if (socket.destroyed) return;
      socket.off('error', destroySocket);
      const scope = scopeStorage.getStore();
      if (scope !== undefined && options.bindEmitters !== false) runWebSocketOfSocketInScope(socket, scope);
      const written = bytesWrittenTo(socket);
      handleListenerErrors(
        () => listener(request, socket, head),
        (error) => {
          logListenerError(options, scopeOf(request), error);
          // Once the listener has written to the socket, its bytes belong to the new protocol.
          if (socket.writable && bytesWrittenTo(socket) === written) refuseUpgrade(socket, error);
          else socket.destroy();
        },
      );
    });
  };
}

/**
 * Wraps the listener for the streams of an http2 server, for code that uses the streams themselves, so that it runs in
 * a new scope for each stream. There is no session. An error that the listener throws or rejects with is logged. The
 * response then is an error with the status of the error, or the stream is closed if it has responded already.
 * @param listener the listener for the event `stream`
 * @param options default: a random id and no deadline, and errors go to the console
 * @returns the listener to pass to the server
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { connect, createServer } from 'node:http2';
 * import { getRequestScope } from '@throughline/request';
 * import { streamScope } from '@throughline/request/http';
 *
 * const listener = (stream) => {
 *   stream.respond({ ':status': 200 });
 *   stream.end(`Hello from ${getRequestScope().path}`);
 * };
 * const server = createServer().on('stream', streamScope(listener)).listen(8080);
 *
 * const client = connect('http://localhost:8080');
 * client.request({ ':path': '/cart' }).on('data', (data) => {
 *   console.log(`${data}`); // Hello from /cart
 *   client.close();
 *   server.close();
 * });
 * @see https://nodejs.org/api/http2.html#event-stream
 */
export function streamScope(
  listener: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => unknown,
  options: Omit<RequestScopeOptions, 'session'> & ListenerLogOption = {},
): (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => void {
  checkListener('streamScope()', listener);
  checkScopeOptions(options, STREAM_OPTION_CHECKS, 'streamScope()');
  return (stream, headers, flags) => {
    const scope = createScope(new Http2StreamExchange(stream, headers), options);
    if (options.bindEmitters !== false) runListenersInScope(stream, scope);
    if (options.sendRequestId !== false) addRequestIdHeaderToStream(stream, scope.id);
    scopeStorage.run(scope, () =>
      handleListenerErrors(
        () => listener(stream, headers, flags),
        (error) => {
          logListenerError(options, scope, error);
          if (stream.destroyed || stream.writableEnded) return;
          if (!stream.headersSent) {
            stream.respond({ ':status': errorResponseStatus(error) }, { endStream: true });
            return;
          }
          resetStream(stream);
        },
      ),
    );
  };
}

/** Ends a response of which a part has been sent, so that the client recognizes that it is incomplete. */
function destroyResponse(response: NodeResponse): void {
  if (!('stream' in response)) response.destroy();
  else if (response.stream !== undefined) resetStream(response.stream);
}

/** Resets a stream with the code INTERNAL_ERROR. `close()` would end a stream without data as if it were complete. */
function resetStream(stream: ServerHttp2Stream): void {
  // The stream emits the error, which would end the process without a listener.
  stream.once('error', () => {});
  stream.destroy(new Error('The listener of the stream failed.'));
}

function bytesWrittenTo(socket: Duplex): number {
  return 'bytesWritten' in socket ? Number(socket.bytesWritten) : 0;
}

/** Refuses an upgrade, and destroys the socket: the client could otherwise keep its side open as long as it likes. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  const status = errorResponseStatus(error);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n`);
}
