/**
 * The steps of Express 4 and 5.
 *
 * Express keeps each middleware, router, mounted application and route handler in a layer, and calls it with a method of
 * that layer. All layers of a copy of Express share one prototype, whose methods are replaced once, so a layer that is
 * added later is held too. The class is not exported: it is found on the router of the first application that serves a
 * request. If it is not found, because something else than an application of Express calls the middleware, nothing is
 * replaced.
 *
 * `param` handlers have no layer. They are wrapped when a request reaches their router for the first time, and so are
 * those that the router gets later.
 *
 * The functions `next` are not wrapped: a closure for each layer and request takes 20 ns. Beyond the layers, they lead
 * only out of a router: to the router around it, or to Express's own error handler, which logs the error, or to a
 * callback that is passed to the application itself. That function is wrapped, once for each router and request.
 */
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import { holdMethod, isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type Members = Record<string, unknown>;
type HandleRequest = (this: Layer, request: object, response: object, next: Next) => unknown;
type HandleError = (this: Layer, error: unknown, request: object, response: object, next: Next) => unknown;
type ParamHandler = (request: object, ...rest: unknown[]) => unknown;
type Param = (this: unknown, name: unknown, handler: unknown) => unknown;
type Render = (this: { req?: unknown }, view: unknown, options: unknown, callback?: unknown) => unknown;

type Layer = object;
type HandleRouter = (this: object, request: object, response: object, callback: unknown) => unknown;
interface Request {
  readonly app?: unknown;
}

/** Holds all later steps of a request in its scope. */
export function holdExpressSteps(request: object, response: object): void {
  const { app }: Request = request;
  if (!isObject(app) || isHeld(app)) return;
  markHeld(app);
  holdExpressRouter(routerOf(app));
  holdMethod<Render>(response, 'render', holdRender);
}

/** Holds the steps of all routers of the copy of Express that has created this one. */
export function holdExpressRouter(router: unknown): void {
  holdParams(router);
  const [layer] = isObject(router) && Array.isArray(router.stack) ? router.stack : [];
  if (!isObject(router) || !isObject(layer)) return;
  const prototype: object = Object.getPrototypeOf(layer);
  for (const name of ['handleRequest', 'handle_request']) holdMethod<HandleRequest>(prototype, name, holdHandleRequest);
  for (const name of ['handleError', 'handle_error']) holdMethod<HandleError>(prototype, name, holdHandleError);
  holdMethod<HandleRouter>(router, 'handle', holdHandleRouter);
}

function routerOf(app: Members): unknown {
  try {
    return app._router ?? app.router;
  } catch {
    // The getter of `router` throws in Express 4. Its applications have a `_router` once they have a layer.
    return undefined;
  }
}

/** Wraps the `param` handlers of a router, and those that it gets later. */
function holdParams(router: unknown): void {
  if (!isObject(router) || !isObject(router.params) || isHeld(router.params)) return;
  markHeld(router.params);
  for (const handlers of Object.values(router.params)) {
    if (!Array.isArray(handlers)) continue;
    for (const [index, handler] of handlers.entries()) handlers[index] = holdParamHandler(handler);
  }
  holdMethod<Param>(
    router,
    'param',
    (param) =>
      function paramInScope(name, handler) {
        return param.call(this, name, holdParamHandler(handler));
      },
  );
}

function holdParamHandler(handler: unknown): unknown {
  if (typeof handler !== 'function' || isHeld(handler)) return handler;
  return markHeld<ParamHandler>((request, ...rest) => {
    const scope = scopeOf(request);
    return scope === undefined || scopeStorage.getStore() === scope
      ? handler(request, ...rest)
      : scopeStorage.run(scope, handler as ParamHandler, request, ...rest);
  });
}

/** Routers of mounted applications are found here too: Express 5 calls their `param` handlers before their first layer. */
function holdHandleRouter(handle: HandleRouter): HandleRouter {
  return function handleRouterInScope(request, response, callback) {
    holdParams(this);
    return handle.call(
      this,
      request,
      response,
      typeof callback === 'function' ? nextInScope(request, callback as Next) : callback,
    );
  };
}

function holdHandleRequest(handleRequest: HandleRequest): HandleRequest {
  return function handleRequestInScope(request, response, next) {
    const scope = scopeOf(request);
    if (scope === undefined) return handleRequest.call(this, request, response, next);
    return scopeStorage.getStore() === scope
      ? handleRequest.call(this, request, response, next)
      : scopeStorage.run(scope, Reflect.apply, handleRequest, this, [request, response, next]);
  };
}

function holdHandleError(handleError: HandleError): HandleError {
  return function handleErrorInScope(error, request, response, next) {
    const scope = scopeOf(request);
    if (scope === undefined) return handleError.call(this, error, request, response, next);
    return scopeStorage.getStore() === scope
      ? handleError.call(this, error, request, response, next)
      : scopeStorage.run(scope, Reflect.apply, handleError, this, [error, request, response, next]);
  };
}

/** A view engine calls back from wherever it has read its templates. */
function holdRender(render: Render): Render {
  return function renderInScope(view, options, callback) {
    const hold = (value: unknown) => (typeof value === 'function' ? nextInScope(this, value as Next) : value);
    return render.call(this, view, hold(options), hold(callback));
  };
}

function isObject(value: unknown): value is Members {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
