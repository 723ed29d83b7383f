/**
 * The request scope for Fastify 5.
 *
 * The scope is opened in an `onRequest` hook. Everything that Fastify does afterwards runs either in the `done` of that
 * hook, which is called in the scope, or in listeners of the request, of the response or of the socket of an upgrade,
 * which run in the scope. Only `onTimeout` hooks are called from a socket that many requests share: an `onTimeout` hook
 * of this plugin comes before them and runs them in the scope.
 */
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
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

class FastifyExchange extends NodeExchange {
  readonly requestId: string | undefined;

  /** @param generatedId the last id that this plugin generated, which is safe */
  constructor(request: FastifyRequest, reply: FastifyReply, generatedId: string | undefined) {
    super(request.raw, reply.raw, () => request.protocol === 'https', request);
    // Checking whether an id is safe takes 0.1 µs.
    const isGenerated = generatedId !== undefined && request.id === generatedId;
    this.requestId = isGenerated ? generatedId : asSafeRequestId(String(request.id));
  }
}

const plugin: FastifyPluginCallback<RequestScopeOptions> = (app, options, done) => {
  try {
    checkScopeOptions(options);
  } catch (error) {
    // A synchronous throw would leave `register` before anything can handle it.
    return done(asError(error));
  }
  let generatedId: string | undefined;
  if (hasDefaultIds(app)) {
    app.setGenReqId(({ headers }) => {
      const trustedId = options.trustRequestId ? asSafeRequestId(headers['x-request-id']) : undefined;
      generatedId = trustedId ?? newRequestId();
      return generatedId;
    });
  }

  app.addHook('onRequest', (request, reply, next) => {
    const rawRequest: NodeRequest = request.raw;
    const rawResponse: NodeResponse = reply.raw;
    holdFastifySteps(request, reply);
    const exchange = new FastifyExchange(request, reply, generatedId);
    // The promise settles after next() has been called: there is nothing left to wait for.
    void enterNodeScope(rawRequest, rawResponse, exchange, options, (error) => {
      const scope = scopeOf(rawRequest);
      if (scope !== undefined && isUpgrade(rawRequest)) runListenersInScope(rawRequest.socket, scope);
      if (error === undefined) next();
      else next(asError(error));
    });
  });

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

  done();
};

/**
 * A plugin that opens the scope for every route of the application. Register it before all other plugins.
 *
 * The option `trustProxy` of Fastify decides whether a request came over HTTPS. If the session cannot be loaded, the
 * error goes to the error handler of Fastify, in the scope.
 *
 * The id of the scope is that of Fastify, `request.id`, so that Fastify's own log lines contain it as `reqId`. If the
 * application has set `genReqId` or `requestIdHeader`, they determine the id, and `trustRequestId` has no effect.
 * Otherwise it is a random UUID, or the trusted `x-request-id`, instead of Fastify's counter.
 *
 * An option with an invalid value is reported by `app.ready()`, with the code `ERR_INVALID_OPTION`.
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/fastify';
 * import { fastify } from 'fastify';
 *
 * const app = fastify();
 * await app.register(requestScope);
 * app.get('/', async () => `Hello from ${getRequestScope().id}\n`);
 * await app.listen({ port: 8080 });
 * // curl localhost:8080 prints: Hello from ...
 * @see https://fastify.dev/docs/latest/Reference/Server/#genreqid
 */
export const requestScope: FastifyPluginCallback<RequestScopeOptions> = Object.assign(plugin, {
  // These are the properties that the package fastify-plugin sets. The first one makes the hooks apply to the whole
  // application.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@throughline/request',
  [Symbol.for('plugin-meta')]: { name: '@throughline/request', fastify: '5.x' },
});

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

/** Whether the application uses Fastify's default ids: `req-1`, `req-2` ... */
function hasDefaultIds(app: FastifyInstance): boolean {
  return 'genReqId' in app && typeof app.genReqId === 'function' && app.genReqId.name === 'defaultGenReqId';
}
