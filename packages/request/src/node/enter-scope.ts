/** How the adapters for Node let a request, or an upgrade, into its scope. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../scope/exchange.js';
import { loadSession } from '../scope/load-session.js';
import type { RequestScopeOptions } from '../scope/options.js';
import { createScope, OpenScope, scopeStorage } from '../scope/request-scope.js';
import type { Sessions } from '../scope/session.js';
import { NodeExchange } from './node-exchange.js';
import { addRequestIdHeader } from './request-id-header.js';
import type { NodeRequest, NodeResponse } from './request-response.js';
import { runListenersInScope, scopeOf } from './scoped-emitter.js';
import type { UpgradeExchange } from './upgrade-exchange.js';

/**
 * Opens the request's scope and calls `proceed` in it once its session is there, in the same turn where no store has to be
 * asked. A request that has a scope already keeps it: mounting an adapter twice, or two of them, does no harm.
 * @param proceed gets the error where the session could not be loaded
 * @returns what `proceed` returns; a promise of it where the session had to be waited for
 */
export function enterNodeScope<R>(
  request: NodeRequest,
  response: NodeResponse,
  exchange: NodeExchange,
  options: RequestScopeOptions,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  let scope = scopeOf(request);
  if (scope === undefined) {
    scope = openFor(request, response, exchange, options);
    addRequestIdHeader(response);
  } else {
    const outer = OpenScope.exchangeOf(scope);
    if (outer instanceof NodeExchange) outer.learnFrom(exchange);
  }
  return scopeStorage.run(scope, letIn<R>, scope, exchange, options.session, proceed);
}

/**
 * The same for an upgrade, whose scope is its socket's too. Somebody must listen to the errors of the socket meanwhile:
 * Node has taken its own listener off, and a client that resets the connection would end the process.
 */
export function enterUpgradeScope<R>(
  request: IncomingMessage,
  socket: Duplex,
  exchange: UpgradeExchange,
  options: RequestScopeOptions,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  const scope = scopeOf(request) ?? openFor(request, socket, exchange, options);
  return scopeStorage.run(scope, letIn<R>, scope, exchange, options.session, proceed);
}

/** Opens the scope of a request; what is heard on either of the two objects is heard in it. */
function openFor(request: object, other: object, exchange: Exchange, options: RequestScopeOptions): OpenScope {
  const scope = createScope(exchange, options);
  runListenersInScope(request, scope);
  runListenersInScope(other, scope);
  return scope;
}

function letIn<R>(
  scope: OpenScope,
  exchange: Exchange,
  sessions: Sessions | undefined,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  const loading = sessions === undefined ? undefined : loadSession(scope, exchange, sessions);
  return loading === undefined ? proceed() : loading.then(() => proceed(), proceed);
}
