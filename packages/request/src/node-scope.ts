/** How the adapters for Node let a request into its scope. */
import { emitInScope, type NodeExchange, type NodeRequest, type NodeResponse, scopeFor } from './node-exchange.js';
import type { RequestScopeOptions } from './options.js';
import { type OpenScope, openScope, storage } from './scope.js';
import { loadSession, type Sessions } from './session.js';

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
  let scope = scopeFor(request);
  if (scope === undefined) {
    scope = openScope(exchange, options);
    emitInScope(request, scope);
    emitInScope(response, scope);
  }
  return storage.run(scope, letIn<R>, scope, exchange, options.session, proceed);
}

function letIn<R>(
  scope: OpenScope,
  exchange: NodeExchange,
  sessions: Sessions | undefined,
  proceed: (error?: unknown) => R | Promise<R>,
): R | Promise<R> {
  const loading = sessions === undefined ? undefined : loadSession(scope, exchange, sessions);
  return loading === undefined ? proceed() : loading.then(() => proceed(), proceed);
}
