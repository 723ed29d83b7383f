/**
 * The steps of Hono 4.
 *
 * Hono's router returns all handlers that match a request, in pairs of a handler and its route. Hono reads each handler
 * from its pair when it calls it, so the handlers after this middleware are replaced there, once: routers keep their
 * pairs. A handler then runs in the scope, and receives a `next` that continues in it, which leads to the next handler,
 * to `notFound` and to `onError`. The pairs are under a symbol of the request (since Hono 4.8). If they are not found,
 * nothing is replaced.
 *
 * `every()`, `some()` and `except()` of `hono/combine` call this middleware, and others, inside of one handler. That
 * handler is replaced too, for the next requests: the current one has called it already.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import { isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type Pair = [handler: MiddlewareHandler, route: unknown];

/**
 * The symbol of the matched pairs that was found last: looking for it takes longer than everything else here. Each copy of
 * Hono has its own, and its builds as ESM and as CommonJS are two copies.
 */
let lastMatchKey = Symbol();

/** Holds all later steps of a request in its scope, and for later requests the handler that has called the adapter. */
export function holdHonoSteps(context: Context): void {
  const matched = matchedPairsOf(context.req);
  for (let index = context.req.routeIndex; index < matched.length; index++) {
    const pair = pairOf(matched[index]);
    if (pair !== undefined && !isHeld(pair[0])) pair[0] = markHeld(holdHandler(pair[0]));
  }
}

function holdHandler(handler: MiddlewareHandler): MiddlewareHandler {
  return function handleInScope(context, next) {
    const owner = ownerOf(context);
    const proceed = nextInScope<Promise<void>>(owner, next as Next<Promise<void>>);
    const scope = scopeOf(owner);
    return scope === undefined || scopeStorage.getStore() === scope
      ? handler(context, proceed)
      : scopeStorage.run(scope, handler, context, proceed);
  };
}

/** On Node, the scope belongs to Node's request. A binding of the application may have one of these two names. */
function ownerOf(context: Context): object {
  const { env } = context;
  return env?.incoming != null && 'outgoing' in env ? env.incoming : context;
}

function matchedPairsOf(request: object): readonly unknown[] {
  const { [lastMatchKey]: known } = request as Record<symbol, unknown>;
  if (isMatchResult(known)) return known[0];
  for (const key of Object.getOwnPropertySymbols(Object.getPrototypeOf(request))) {
    const result: unknown = Reflect.get(request, key);
    if (!isMatchResult(result)) continue;
    lastMatchKey = key;
    return result[0];
  }
  return [];
}

/** A match is a list of pairs with their parameters, and optionally the values of the parameters. */
function isMatchResult(value: unknown): value is [unknown[]] {
  return Array.isArray(value) && Array.isArray(value[0]) && pairOf(value[0][0]) !== undefined;
}

function pairOf(match: unknown): Pair | undefined {
  if (!Array.isArray(match) || !Array.isArray(match[0]) || typeof match[0][0] !== 'function') return undefined;
  return match[0] as Pair;
}
