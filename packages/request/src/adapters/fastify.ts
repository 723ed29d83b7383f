/**
 * The request scope for Fastify 5.
 *
 * The scope opens in an `onRequest` hook. Whatever Fastify does for a request afterwards is either done by that hook's
 * `done`, so in the scope, or heard on the request, on its answer or on the socket of an upgrade, whose listeners run in
 * it. Fastify's `onTimeout` hooks alone are called from a socket that many requests share: one of our own comes before
 * them and has the others run in the scope.
 */
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { enterNodeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import type { NodeRequest, NodeResponse } from '../node/request-response.js';
import { runListenersInScope, scopeOf } from '../node/scoped-emitter.js';
import { isUpgrade, scopeSockets } from '../node/web-socket-scope.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { newRequestId, safeRequestId } from '../scope/request-id.js';
import { scopeStorage } from '../scope/request-scope.js';

class FastifyExchange extends NodeExchange {
  readonly requestId: string | undefined;

  /** @param ownId the last id that was given here, which is a safe one */
  constructor(request: FastifyRequest, reply: FastifyReply, ownId: string | undefined) {
    super(request.raw, reply.raw, () => request.protocol === 'https', request);
    // To look takes 0.1 µs.
    const isOwn = ownId !== undefined && request.id === ownId;
    this.requestId = isOwn ? ownId : safeRequestId(String(request.id));
  }
}

const plugin: FastifyPluginCallback<RequestScopeOptions> = (app, options, done) => {
  try {
    checkScopeOptions(options);
  } catch (error) {
    // Thrown, it would leave `register` before anybody listens.
    return done(asError(error));
  }
  let ownId: string | undefined;
  if (hasDefaultIds(app)) {
    app.setGenReqId(({ headers }) => {
      const brought = options.trustRequestId ? safeRequestId(headers['x-request-id']) : undefined;
      ownId = brought ?? newRequestId();
      return ownId;
    });
  }

  app.addHook('onRequest', (request, reply, next) => {
    const raw: NodeRequest = request.raw;
    const answer: NodeResponse = reply.raw;
    void enterNodeScope(raw, answer, new FastifyExchange(request, reply, ownId), options, (error) => {
      const scope = scopeOf(raw);
      if (scope !== undefined && isUpgrade(raw)) runListenersInScope(raw.socket, scope);
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
    // Decorated by @fastify/websocket.
    if ('websocketServer' in app) scopeSockets(app.websocketServer);
    next();
  });

  done();
};

/**
 * A plugin that opens the scope for every route of the application it is registered in: register it before the others.
 * Whether the client came over https is what Fastify finds, by its own `trustProxy`, and an error of the session goes
 * through Fastify's error handler.
 *
 * The scope's id is Fastify's `request.id`, so that its own log lines carry it as `reqId`. Where the application has set
 * `genReqId` or `requestIdHeader`, these say what it is, and `trustRequestId` says nothing; else it is a UUID, or the
 * trusted `x-request-id`, in place of Fastify's count.
 * @throws ERR_INVALID_OPTION from `app.ready()`
 * @example
 * await app.register(requestScope, { session: sessions({ secret }) });
 */
export const requestScope: FastifyPluginCallback<RequestScopeOptions> = Object.assign(plugin, {
  // What the package fastify-plugin sets: the hooks are those of the application, not of a part of it.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@throughline/request',
  [Symbol.for('plugin-meta')]: { name: '@throughline/request', fastify: '5.x' },
});

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

/** Whether the application has left Fastify's ids as they are: `req-1`, `req-2` ... */
function hasDefaultIds(app: FastifyInstance): boolean {
  return 'genReqId' in app && typeof app.genReqId === 'function' && app.genReqId.name === 'defaultGenReqId';
}
