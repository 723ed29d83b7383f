/**
 * A request of Node's `http` or `http2` server, and of every framework that runs on one.
 *
 * Node emits the events of a request (`data`, `end`), of its answer (`finish`, `close`, `drain`) and of an upgraded
 * socket where the socket happened to be read or written, which is in no request's frame, or in another's on a
 * connection that carries many. Both objects stand for one request, so their listeners run in its scope.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Exchange, PrepareHeaders } from './exchange.js';
import { holdHeaders } from './held-headers.js';
import { type OpenScope, storage } from './scope.js';
import { sendRequestId } from './sent-request-id.js';

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** Tells whether the client came over https, from the request alone. */
export type SecureTest = (request: NodeRequest) => boolean;

/** TLS up to this very server. */
export function isEncrypted(request: NodeRequest): boolean {
  const { socket } = request;
  return 'encrypted' in socket && socket.encrypted;
}

export class NodeExchange implements Exchange {
  readonly #request: NodeRequest & { originalUrl?: string };
  readonly #response: NodeResponse;
  readonly #isSecure: SecureTest;
  #sessionHolder: object | undefined;

  /**
   * @param isSecure what the framework knows of proxies that it trusts
   * @param sessionHolder where the framework's session middleware puts `session`; Node's own request, if nothing is given
   */
  constructor(
    request: NodeRequest,
    response: NodeResponse,
    isSecure: SecureTest = isEncrypted,
    sessionHolder?: object,
  ) {
    this.#request = request;
    this.#response = response;
    this.#isSecure = isSecure;
    this.#sessionHolder = sessionHolder;
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get url(): string {
    return this.#request.originalUrl ?? this.#request.url ?? '';
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  sendRequestId(): void {
    sendRequestId(this.#response);
  }

  get isSecure(): boolean {
    return this.#isSecure(this.#request);
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  beforeHeaders(prepare: PrepareHeaders): void {
    holdHeaders(this.#response, prepare);
  }

  onClientGone(callback: () => void): void {
    const response = this.#response;
    const check = () => {
      if (!hasFinished(response)) callback();
    };
    if (isClosed(response)) check();
    else response.once('close', check);
  }

  onClose(callback: () => void): void {
    if (isClosed(this.#response)) callback();
    else this.#response.once('close', callback);
  }

  get frameworkSession(): unknown {
    const holder: { session?: unknown } = this.#sessionHolder ?? this.#request;
    return holder.session;
  }

  /** Takes over what the adapter of a framework knows that is mounted further in. */
  learnFrom(inner: NodeExchange): void {
    this.#sessionHolder = inner.#sessionHolder ?? this.#sessionHolder;
  }
}

function isClosed(response: NodeResponse): boolean {
  return 'stream' in response ? (response.stream?.destroyed ?? true) : response.destroyed;
}

/** Whether all of the answer was handed to the system. */
function hasFinished(response: NodeResponse): boolean {
  if (!('stream' in response)) return response.writableFinished;
  const { stream } = response;
  // Node itself ends the stream of a client that went away.
  return stream === undefined ? response.writableEnded : stream.writableFinished && !stream.aborted;
}

const scopeOf = Symbol('throughline.requestScope');

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

interface Scoped {
  [scopeOf]?: OpenScope;
  emit: Emit;
  listenerCount(event: string | symbol): number;
}

/** The `emit` that was last found above an object: nearly always that of all emitters. */
let usualEmit: Emit | undefined;

/**
 * Has the listeners of an object that stands for one request run in its scope. The function is one for all of them and
 * the scope a property: a function made for each request takes longer.
 */
export function emitInScope(emitter: object, scope: OpenScope): void {
  // All emitters have an `emit`, but the types of Node's differ in its events.
  const scoped = emitter as Scoped;
  const isFirst = scoped[scopeOf] === undefined;
  scoped[scopeOf] = scope;
  if (!isFirst) return;
  const { emit } = scoped;
  scoped.emit = Object.hasOwn(scoped, 'emit') ? wrapped(emit) : emitHere;
}

function emitHere(this: Scoped): boolean {
  let { emit }: Scoped = Object.getPrototypeOf(this);
  // To ask each prototype whether it has a scope takes three times as long.
  if (emit !== usualEmit) {
    emit = aboveScoped(this).emit;
    usualEmit = emit;
  }
  const scope = this[scopeOf];
  // Handed on as they are: an array of them takes longer than all the rest.
  // biome-ignore lint/complexity/noArguments: see above
  const args = arguments as unknown as Parameters<Emit>;
  // Most of a request's events are heard by nobody, or come while its own code runs.
  return scope === undefined || this.listenerCount(args[0]) === 0 || storage.getStore() === scope
    ? emit.apply(this, args)
    : storage.run(scope, Reflect.apply, emit, this, args);
}

/** For an object whose `emit` somebody has replaced already, and may count the listeners otherwise. */
function wrapped(emit: Emit): Emit {
  return function (this: Scoped, ...args) {
    const scope = this[scopeOf];
    if (scope === undefined || storage.getStore() === scope) return emit.apply(this, args);
    return storage.run(scope, Reflect.apply, emit, this, args);
  };
}

/**
 * What an object that has a scope inherits from. It may be another one, such as `Object.create(response)`, for which a
 * function is called that was put on the first.
 */
export function aboveScoped<T extends object>(object: T): T {
  let above = Object.getPrototypeOf(object);
  while (above[scopeOf] !== undefined) above = Object.getPrototypeOf(above);
  return above;
}

/** The scope that an object's listeners run in, if it has one. */
export function scopeFor(emitter: object): OpenScope | undefined {
  return (emitter as Scoped)[scopeOf];
}
