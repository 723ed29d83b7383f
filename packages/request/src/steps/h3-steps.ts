/**
 * The steps of h3, version 2.
 *
 * h3 composes its middleware, and keeps the result. The middleware must therefore be wrapped when an application
 * registers it: the methods `use`, `on` and `mount` of the class `H3` are replaced once. A middleware then receives a
 * `next` that continues in the scope, which leads to the next middleware and to the handler of the route.
 *
 * What was registered earlier is wrapped in place when the application with the adapter, or one that is mounted, is
 * known. A handler that was defined together with middleware of its own (`defineHandler({ middleware, handler })`) keeps
 * both as properties, of which it is defined again.
 */
import { defineHandler, type EventHandlerObject, H3, type H3Event, type Middleware } from 'h3';
import { adoptThenable, holdMethod, isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type Members = Record<string, unknown>;
type Method = (this: Members, ...args: unknown[]) => unknown;

/** Holds all steps of applications in the scope of their requests, once the adapter has recorded it for the event. */
export function holdH3Steps(): void {
  holdMethod<Method>(
    H3.prototype,
    'use',
    (use) =>
      function useInScope(...args) {
        holdRegistered(this, false);
        return use.apply(this, args.map(holdArgument));
      },
  );
  holdMethod<Method>(
    H3.prototype,
    'on',
    (on) =>
      function onInScope(...args) {
        return on.apply(this, args.map(holdRouteArgument));
      },
  );
  holdMethod<Method>(
    H3.prototype,
    'mount',
    (mount) =>
      function mountInScope(...args) {
        for (const input of args) holdRegistered(input, true);
        return mount.apply(this, args);
      },
  );
}

/** An application that is used as a middleware is mounted instead. */
function holdArgument(argument: unknown): unknown {
  return typeof argument === 'function' ? holdMiddleware(holdHandler(argument) as Middleware) : argument;
}

/** A route has a handler, and options with middleware. */
function holdRouteArgument(argument: unknown): unknown {
  if (typeof argument === 'function') return holdHandler(argument);
  if (!isObject(argument) || !Array.isArray(argument.middleware)) return argument;
  return { ...argument, middleware: argument.middleware.map(holdArgument) };
}

/** Defines a handler with middleware of its own again, whose middleware is wrapped. */
function holdHandler(handler: object): object {
  const definition: { handler?: unknown; middleware?: unknown } = handler;
  if (typeof definition.handler !== 'function' || !Array.isArray(definition.middleware)) return handler;
  const middleware = definition.middleware.map(holdArgument);
  return defineHandler({ ...definition, middleware } as EventHandlerObject);
}

/** Wraps the middleware of an application, and of its routes, that was registered before. */
function holdRegistered(app: unknown, includesMiddleware: boolean): void {
  if (!isObject(app)) return;
  const { '~middleware': middleware, '~routes': routes } = app;
  if (includesMiddleware && Array.isArray(middleware) && holdAll(middleware)) {
    app['~composed'] = undefined;
    app['~dispatch'] = undefined;
  }
  if (!Array.isArray(routes)) return;
  for (const route of routes) {
    if (!isObject(route)) continue;
    if (Array.isArray(route.middleware) && holdAll(route.middleware)) route['~composed'] = undefined;
    if (typeof route.handler === 'function') route.handler = holdHandler(route.handler);
  }
}

/** @returns whether a function was wrapped */
function holdAll(functions: unknown[]): boolean {
  let hasWrapped = false;
  for (const [index, fn] of functions.entries()) {
    if (typeof fn !== 'function' || isHeld(fn)) continue;
    functions[index] = holdMiddleware(fn as Middleware);
    hasWrapped = true;
  }
  return hasWrapped;
}

function holdMiddleware(middleware: Middleware): Middleware {
  if (isHeld(middleware)) return middleware;
  const held = function middlewareInScope(event: H3Event, next: () => unknown) {
    // On Node, the scope belongs to Node's request.
    return adoptThenable(middleware(event, nextInScope(event.runtime?.node?.req ?? event, next as Next)));
  };
  // h3 distinguishes by its length a middleware that may return nothing from one that calls next().
  Object.defineProperty(held, 'length', { value: middleware.length });
  return markHeld(held as Middleware);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
