/**
 * The request scope for Fastify 4 and 5.
 *
 * The scope is opened in an `onRequest` hook. Everything that Fastify does afterwards runs either in the `done` of that
 * hook, which is called in the scope, or in listeners of the request, of the response or of the socket of an upgrade,
 * which run in the scope. Only `onTimeout` hooks are called from a socket that many requests share: an `onTimeout` hook
 * of this plugin comes before them and runs them in the scope.
 */
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest, RegisterOptions } from 'fastify';
import { RequestError } from '../errors.js';
import { enterNodeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { runListenersInScope } from '../node/scoped-emitter.js';
import { isUpgrade, runWebSocketsOfServerInScope } from '../node/web-socket-scope.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { asSafeRequestId, newRequestId } from '../scope/request-id.js';
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import { holdFastifySteps } from '../steps/fastify-steps.js';
import { holdMiddieSteps } from '../steps/middie-steps.js';

class FastifyExchange extends NodeExchange {
  readonly requestId: string | undefined;
  readonly #request: FastifyRequest;

  /** @param generatedId the last id that this plugin generated, which is safe */
  constructor(request: FastifyRequest, reply: FastifyReply, generatedId: string | undefined) {
    super(request.raw, reply.raw, request);
    this.#request = request;
    // Checking whether an id is safe takes 0.1 µs.
    const isGenerated = generatedId !== undefined && request.id === generatedId;
    if (isGenerated) this.requestId = generatedId;
    else this.requestId = isDefaultIdOfFastify4(request) ? undefined : asSafeRequestId(String(request.id));
  }

  override get isSecure(): boolean {
    return this.#request.protocol === 'https';
  }

  override get host(): string {
    // In Fastify 4, `host` is called `hostname`.
    return this.#request.host ?? this.#request.hostname;
  }
}

type ScopePlugin = FastifyPluginCallback<RequestScopeOptions>;
type PluginArguments = Parameters<ScopePlugin>;

/** Adds the hooks to an application. */
function openScopes(app: FastifyInstance, options: RequestScopeOptions): void {
  let generatedId: string | undefined;
  if (hasDefaultIds(app)) {
    app.setGenReqId((request) => {
      // Node builds the object of the headers when it is read for the first time.
      const trustedId = options.trustRequestId ? asSafeRequestId(request.headers['x-request-id']) : undefined;
      generatedId = trustedId ?? newRequestId();
      return generatedId;
    });
  }

  holdMiddieSteps(app);
  app.addHook('onRequest', (request, reply, next) => {
    const rawRequest: NodeRequest = request.raw;
    const rawResponse: NodeResponse = reply.raw;
    holdFastifySteps(request, reply);
    const exchange = new FastifyExchange(request, reply, generatedId);
    // The promise settles after next() has been called: there is nothing left to wait for.
    void enterNodeScope(rawRequest, rawResponse, exchange, options, (error) => {
      if (options.bindEmitters !== false && isUpgrade(rawRequest)) runSocketInScope(rawRequest);
      if (error === undefined) next();
      else next(asError(error));
    });
  });

  if (options.bindEmitters === false) return;
  app.addHook('onTimeout', (request, _reply, next) => {
    const scope = scopeOf(request.raw);
    if (scope === undefined) next();
    else scopeStorage.run(scope, next);
  });

  app.addHook('onReady', (next) => {
    // @fastify/websocket adds this decorator.
    if ('websocketServer' in app) runWebSocketsOfServerInScope(app.websocketServer);
    next();
  });
}

/** An upgraded socket belongs to one request. */
function runSocketInScope(request: NodeRequest): void {
  const scope = scopeOf(request);
  if (scope !== undefined) runListenersInScope(request.socket, scope);
}

/** The properties that the package fastify-plugin sets. The first one makes the hooks apply to the whole application. */
const pluginMetadata = {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@throughline/request',
  [Symbol.for('plugin-meta')]: { name: '@throughline/request', fastify: '4.x || 5.x' },
};

/** The type of `requestScope`: it creates a plugin, and is one itself. */
export interface FastifyRequestScope {
  /**
   * Creates the plugin, for `app.register(requestScope(options))`.
   * @param options default: a random id, no deadline and no session
   * @returns the plugin
   * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
   */
  (options?: RequestScopeOptions): FastifyPluginCallback;

  /** The plugin itself, for `app.register(requestScope, options)`. Only Fastify calls it in this way. */
  (...plugin: PluginArguments): void;
}

/**
 * Creates a plugin that opens the scope for every route of the application. Register it before all other plugins.
 *
 * The option `trustProxy` of Fastify decides whether a request came over HTTPS, and to which host. If the session cannot be loaded, the
 * error goes to the error handler of Fastify, in the scope.
 *
 * The id of the scope is that of Fastify, `request.id`, so that Fastify's own log lines contain it as `reqId`. If the
 * application has set `genReqId` or `requestIdHeader`, they determine the id, and `trustRequestId` has no effect.
 * Otherwise it is a random UUID, or the trusted `x-request-id`, instead of Fastify's counter. In Fastify 4,
 * `request.id` remains the counter, and only the scope has the UUID.
 *
 * `app.register(requestScope, options)` does the same as `app.register(requestScope(options))`. An option with an
 * invalid value is then reported by `app.ready()`, with the code `ERR_INVALID_OPTION`.
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/fastify';
 * import { fastify } from 'fastify';
 *
 * const app = fastify();
 * await app.register(requestScope());
 * app.get('/', async () => `Hello from ${getRequestScope().id}\n`);
 * await app.listen({ port: 8080 });
 * // curl localhost:8080 prints: Hello from ...
 * @see https://fastify.dev/docs/latest/Reference/Server/#genreqid
 */
export const requestScope: FastifyRequestScope = Object.assign(createOrRegister, pluginMetadata);

function createOrRegister(options?: RequestScopeOptions): FastifyPluginCallback;
function createOrRegister(...plugin: PluginArguments): undefined;
// Fastify calls a plugin with three arguments, and requires that it declares them.
function createOrRegister(
  appOrOptions: FastifyInstance | RequestScopeOptions | undefined,
  options?: RequestScopeOptions,
  done?: PluginArguments[2],
): FastifyPluginCallback | undefined {
  if (isFastify(appOrOptions)) {
    register(appOrOptions, withoutFastifyOptions(options ?? {}), done);
    return undefined;
  }
  const scopeOptions = appOrOptions ?? {};
  checkScopeOptions(scopeOptions);
  const plugin: FastifyPluginCallback = (app, registerOptions, onRegistered) => {
    const misplaced = Object.keys(withoutFastifyOptions(registerOptions));
    if (misplaced.length === 0) register(app, scopeOptions, onRegistered);
    else onRegistered(misplacedOptions(misplaced));
  };
  return Object.assign(plugin, pluginMetadata);
}

/** Removes the options of `register()` itself. */
function withoutFastifyOptions(options: RegisterOptions & RequestScopeOptions): RequestScopeOptions {
  const { prefix: _prefix, logLevel: _logLevel, logSerializers: _logSerializers, ...scopeOptions } = options;
  return scopeOptions;
}

function register(app: FastifyInstance, options: RequestScopeOptions, done: PluginArguments[2] | undefined): void {
  if (typeof done !== 'function') {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      'requestScope() was called with a Fastify application. Use app.register(requestScope(options)).',
    );
  }
  try {
    checkScopeOptions(options);
    openScopes(app, options);
  } catch (error) {
    // A synchronous throw would leave `register` before anything can handle it.
    done(asError(error));
    return;
  }
  done();
}

function misplacedOptions(names: readonly string[]): RequestError {
  return new RequestError(
    'ERR_INVALID_OPTION',
    `app.register(requestScope(), options) ignores options: ${names.join(', ')}. Use app.register(requestScope(options)), or ` +
      'app.register(requestScope, options).',
  );
}

function isFastify(value: FastifyInstance | RequestScopeOptions | undefined): value is FastifyInstance {
  return typeof value === 'object' && value !== null && 'addHook' in value;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

/**
 * Whether an id comes from Fastify 4 itself: from its counter, or from the header `request-id`, which any client can
 * set. Fastify 4 uses that header if the application names no other, and a plugin cannot change this, so the scope does
 * not use such an id.
 */
function isDefaultIdOfFastify4(request: FastifyRequest): boolean {
  const { id, server } = request;
  if (!server.version.startsWith('4.')) return false;
  if (/^req-[\da-z]+$/.test(id)) return true;
  return server.initialConfig.requestIdHeader === 'request-id' && request.headers['request-id'] === id;
}

/** Whether the application uses the default ids of Fastify 5: `req-1`, `req-2` ... */
function hasDefaultIds(app: FastifyInstance): boolean {
  return 'genReqId' in app && typeof app.genReqId === 'function' && app.genReqId.name === 'defaultGenReqId';
}
