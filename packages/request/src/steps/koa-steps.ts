/**
 * The steps of Koa 2 and 3.
 *
 * Koa composes its middleware when the server starts, of a copy of `app.middleware` that cannot be reached. The adapter
 * therefore does not continue with Koa's `next`. It wraps everything that follows it in `app.middleware`, and composes
 * that anew with `app.compose`, or with a function of its own in Koa 2. Each middleware then receives a `next` that
 * continues in the scope.
 *
 * The routes of a router (`@koa/router`, `koa-router`) are chains of their own. They are found on the function that
 * `router.routes()` returns, and wrapped in place.
 *
 * If the adapter is not in `app.middleware`, because another library has wrapped it, nothing is replaced. A middleware
 * that composes others itself (`koa-compose`, `koa-mount`) is one step.
 */
import type Koa from 'koa';
import { isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type KoaMiddleware = Koa.Middleware;
/** `next` is undefined at the end of an application. */
type Composed = (context: Koa.Context, next?: Koa.Next) => Promise<unknown>;

interface Router {
  readonly stack: readonly { readonly stack: KoaMiddleware[] }[];
}

/** The property of a context whose request is in a tail, where all steps are held. All copies of this package see it. */
const isInTailKey = Symbol.for('@throughline/request.isInTail');

interface InTail {
  [isInTailKey]?: true;
}

/**
 * Creates a middleware that continues with a tail: everything that follows it in its application, held in the scope.
 * @param enter called with the tail
 * @param enterWithNext called with Koa's own `next`, if the middleware is not found in its application or is inside of a
 * tail: the adapter may be used twice, and one adapter may be used for the application and for a route
 */
export function middlewareWithTail(
  enter: (context: Koa.Context, runTail: Composed) => unknown,
  enterWithNext: (context: Koa.Context, next: Koa.Next) => unknown,
): KoaMiddleware {
  let lastApp: Koa | undefined;
  let lastLength = 0;
  let tail: Composed | undefined;
  const middleware: KoaMiddleware = (context, next) => {
    const inTail = context as InTail;
    if (inTail[isInTailKey] === true) return enterWithNext(context, next);
    const { app } = context;
    if (app !== lastApp || app.middleware.length !== lastLength) {
      lastApp = app;
      lastLength = app.middleware.length;
      tail = composeTail(app, middleware);
    }
    if (tail === undefined) return enterWithNext(context, next);
    inTail[isInTailKey] = true;
    return enter(context, tail);
  };
  return middleware;
}

function composeTail(app: Koa, middleware: KoaMiddleware): Composed | undefined {
  const { compose = composeAsKoa2 }: { compose?: unknown } = app as { compose?: unknown };
  const index = app.middleware.indexOf(middleware);
  if (index === -1 || typeof compose !== 'function') return undefined;
  return compose.call(app, app.middleware.slice(index + 1).map(holdMiddleware));
}

/**
 * Composes middleware as koa-compose does. Koa 2 has no `app.compose`, and only Koa itself can load its koa-compose.
 * @see https://github.com/koajs/compose
 */
function composeAsKoa2(chain: readonly KoaMiddleware[]): Composed {
  return (context, next) => {
    let last = -1;
    const dispatch = async (index: number): Promise<unknown> => {
      if (index <= last) throw new Error('next() called multiple times');
      last = index;
      const middleware = chain[index];
      return middleware === undefined ? next?.() : middleware(context, () => dispatch(index + 1));
    };
    return dispatch(0);
  };
}

function holdMiddleware(middleware: KoaMiddleware): KoaMiddleware {
  const router = routerOf(middleware);
  let heldRoutes = 0;
  return function middlewareInScope(context, next) {
    if (router !== undefined && router.stack.length !== heldRoutes) {
      heldRoutes = router.stack.length;
      for (const { stack } of router.stack) holdRoute(stack);
    }
    return middleware(context, nextInScope<Promise<unknown>>(context.req, next as Next<Promise<unknown>>));
  };
}

function holdRoute(stack: KoaMiddleware[]): void {
  for (const [index, middleware] of stack.entries()) {
    if (!isHeld(middleware)) stack[index] = markHeld(Object.assign(holdMiddleware(middleware), middleware));
  }
}

function routerOf(middleware: KoaMiddleware): Router | undefined {
  const router: unknown = Reflect.get(middleware, 'router');
  return hasStack(router) && router.stack.every(hasStack) ? (router as Router) : undefined;
}

function hasStack(value: unknown): value is { stack: unknown[] } {
  return typeof value === 'object' && value !== null && 'stack' in value && Array.isArray(value.stack);
}
