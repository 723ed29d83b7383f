/**
 * The steps of Koa 2 and 3.
 *
 * Koa composes its middleware when the server starts, of a copy of `app.middleware` that cannot be reached. The
 * middleware is therefore wrapped before, in `app.middleware`, so that each receives a `next` that continues in the
 * scope. The methods `use` and `callback` of the class are replaced once, when the adapter is imported:
 *
 *     app.use(fn)     ──▶ Koa, or an instrumentation that wraps fn ──▶ app.middleware ──▶ each function in it is wrapped
 *     app.callback()  ──▶ what was added to app.middleware itself is wrapped ──▶ Koa composes it
 *
 * What an instrumentation makes of a middleware is wrapped as it is, so it makes no difference which of the two has
 * replaced `use` first. An application that is mounted by `koa-mount` is composed without `callback`: it needs `use`.
 *
 * The routes of a router (`@koa/router`, `koa-router`) are chains of their own, in which a param handler is a middleware
 * of each route with its parameter. They are found on the function that `router.routes()` returns, and wrapped in place
 * when a request reaches the router.
 *
 * A middleware that composes others itself (`koa-compose`) is one step.
 */
import Koa from 'koa';
import { holdEach, holdMethod, isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type Method = (this: Koa, ...args: unknown[]) => unknown;

interface Layer {
  readonly stack: unknown[];
}
interface Router {
  readonly stack: readonly Layer[];
  /** The handlers of `router.on()`, since version 15. */
  readonly _events?: { readonly _handlers?: ReadonlyMap<string, unknown[]> };
}

/** Holds all steps of applications in the scope of their requests, once the adapter has recorded it for the request. */
export function holdKoaSteps(): void {
  holdMethod<Method>(
    Koa.prototype,
    'use',
    (use) =>
      function useInScope(...args) {
        const result = use.apply(this, args);
        holdApp(this);
        return result;
      },
  );
  holdMethod<Method>(
    Koa.prototype,
    'callback',
    (callback) =>
      function callbackInScope(...args) {
        holdApp(this);
        return callback.apply(this, args);
      },
  );
}

function holdApp(app: Koa): void {
  holdEach(app.middleware, holdMiddleware);
  markHeld(app);
}

let hasWarned = false;

/** Warns once if the middleware of an application was not wrapped before Koa composed it. */
export function warnUnlessHeld(app: Koa): void {
  if (hasWarned || isHeld(app)) return;
  hasWarned = true;
  console.warn(
    'requestScope() of @throughline/request/koa cannot hold the requests of this application: a middleware that is called ' +
      'back from another request leads the next one out of its scope. Either the application was started before the ' +
      'adapter was imported: import it earlier. Or it is of another copy of koa than the adapter loads: install one ' +
      'version for all packages; npm ls koa lists them.',
  );
}

function holdMiddleware(middleware: Koa.Middleware): Koa.Middleware {
  const router = routerOf(middleware);
  let heldRoutes = 0;
  const held: Koa.Middleware = (context, next) => {
    if (router !== undefined && router.stack.length !== heldRoutes) {
      heldRoutes = router.stack.length;
      holdRouter(router);
    }
    return middleware(context, nextInScope<Promise<unknown>>(context.req, next as Next<Promise<unknown>>));
  };
  // Other libraries look for the name of a middleware, and for the property `router`.
  return Object.defineProperties(held, Object.getOwnPropertyDescriptors(middleware));
}

/** The methods of a router that change its chains, but not the number of its routes. */
const ROUTER_METHODS = ['param', 'on'];

function holdRouter(router: Router): void {
  for (const { stack } of router.stack) holdEach(stack, holdMiddleware);
  for (const handlers of router._events?._handlers?.values() ?? []) holdEach(handlers, holdMiddleware);
  for (const name of ROUTER_METHODS) {
    holdMethod<(this: Router, ...args: unknown[]) => unknown>(
      router,
      name,
      (method) =>
        function addInScope(...args) {
          const result = method.apply(this, args);
          holdRouter(this);
          return result;
        },
    );
  }
}

function routerOf(middleware: Koa.Middleware): Router | undefined {
  const router: unknown = Reflect.get(middleware, 'router');
  return hasStack(router) && router.stack.every(hasStack) ? (router as Router) : undefined;
}

function hasStack(value: unknown): value is { stack: unknown[] } {
  return typeof value === 'object' && value !== null && 'stack' in value && Array.isArray(value.stack);
}
