/**
 * Enters the scope of a request or of an upgrade, for the adapters of frameworks that run on Node.
 *
 *     request ──▶ scope of the request, or a new one ──▶ listeners run in it, response carries its id
 *                                                   ──▶ session is loaded ──▶ proceed(error?) runs in the scope
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../scope/exchange.js';
import { loadSession } from '../scope/load-session.js';
import type { RequestScopeOptions } from '../scope/options.js';
import { createScope, Scope, scopeStorage } from '../scope/request-scope.js';
import { scopeOf, setScopeOf } from '../scope/scope-of.js';
import type { Sessions } from '../scope/session.js';
import type { NodeExchange } from './node-exchange.js';
import { addRequestIdHeader } from './request-id-header.js';
import type { NodeRequest, NodeResponse } from './request-response.js';
import { runListenersInScope } from './scoped-emitter.js';
import type { UpgradeExchange } from './upgrade-exchange.js';

/**
 * Creates the scope of a request and calls `proceed` in it once its session is loaded: synchronously, unless the
 * session must be loaded from a store. A request that already has a scope keeps it, so an adapter may be mounted twice,
 * and two adapters may be mounted.
 * @param proceed receives the error if the session could not be loaded
 * @returns what `proceed` returns, or a promise of it if the session had to be loaded from a store
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
    scope = createSharedScope(request, response, exchange, options);
    if (options.sendRequestId !== false) addRequestIdHeader(response);
  } else {
    // The outer exchange may be of another copy of this package.
    const outer: (Exchange & Partial<NodeExchange>) | undefined = Scope.exchangeOf(scope);
    outer?.adoptSessionHolder?.(exchange);
  }
  return runWithSession(scope, exchange, options, proceed);
}

/**
 * Creates the scope of an upgrade, which its socket shares, and calls `proceed` in it as `enterNodeScope` does.
 *
 * The caller must listen to the errors of the socket until `proceed` is called: Node has removed its own listener, so a
 * client that resets the connection would otherwise end the process.
 */
export function enterUpgradeScope<R>(
  request: IncomingMessage,
  socket: Duplex,
  exchange: UpgradeExchange,
  options: RequestScopeOptions,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  const scope = scopeOf(request) ?? createSharedScope(request, socket, exchange, options);
  return runWithSession(scope, exchange, options, proceed);
}

/**
 * Creates a scope and records it on both objects, whose listeners run in it unless the option `bindEmitters` is
 * `false`.
 * @param counterpart the response, or the upgraded socket
 */
function createSharedScope(
  request: object,
  counterpart: object,
  exchange: Exchange,
  options: RequestScopeOptions,
): Scope {
  const scope = createScope(exchange, options);
  const record = options.bindEmitters === false ? setScopeOf : runListenersInScope;
  record(request, scope);
  record(counterpart, scope);
  return scope;
}

function runWithSession<R>(
  scope: Scope,
  exchange: Exchange,
  { session }: RequestScopeOptions,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  return session === undefined
    ? scopeStorage.run(scope, proceed)
    : scopeStorage.run(scope, proceedWithSession<R>, scope, exchange, session, proceed);
}

function proceedWithSession<R>(
  scope: Scope,
  exchange: Exchange,
  sessions: Sessions,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  let loading: Promise<void> | undefined;
  try {
    loading = loadSession(scope, exchange, sessions);
  } catch (error) {
    return proceed(error);
  }
  return loading === undefined ? proceed() : loading.then(() => proceed(), proceed);
}
