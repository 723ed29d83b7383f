/** How the adapters for Node let a request into its scope. */
import { emitInScope, type NodeExchange, type NodeRequest, type NodeResponse, scopeFor } from './node-exchange.js';
import type { RequestScopeOptions } from './options.js';
import { type OpenScope, openScope, storage } from './scope.js';
import { loadSession, type Sessions } from './session.js';

/**
 * Opens the request's scope and calls `proceed` in it once its session is there, in the same turn where no store has to be
 * asked. A request that has a scope already keeps it: mounting an adapter twice, or two of them, does no harm.
 * @param proceed gets the error where the session could not be loaded
 */
export function enterNodeScope(
  request: NodeRequest,
  response: NodeResponse,
  exchange: NodeExchange,
  options: RequestScopeOptions,
  proceed: (error?: unknown) => void,
): void {
  let scope = scopeFor(request);
  if (scope === undefined) {
    scope = openScope(exchange, options);
    emitInScope(request, scope);
    emitInScope(response, scope);
  }
  storage.run(scope, letIn, scope, exchange, options.session, proceed);
}

function letIn(
  scope: OpenScope,
  exchange: NodeExchange,
  sessions: Sessions | undefined,
  proceed: (error?: unknown) => void,
): void {
  const loading = sessions === undefined ? undefined : loadSession(scope, exchange, sessions);
  if (loading === undefined) proceed();
  else loading.then(() => proceed(), proceed);
}
