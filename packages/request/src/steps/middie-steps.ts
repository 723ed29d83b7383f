/**
 * The steps of `@fastify/middie` and `@fastify/express`.
 *
 * Both call a chain of middleware inside of one hook of Fastify. The chain cannot be reached, so each middleware is
 * wrapped when it is passed to their decorator `use`: to that of an application that has one already, and to those that
 * the application and its plugins get later.
 */
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import { holdExpressRouter } from './express-steps.js';
import { isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Middleware = (request: object, response: object, next: Next) => unknown;

interface App {
  use?: unknown;
  decorate?: unknown;
}

/** Holds each middleware that is passed to the decorator `use` of a Fastify application from now on. */
export function holdMiddieSteps(app: App): void {
  if (typeof app.use === 'function') app.use = holdUse(app.use as Method);
  if (typeof app.decorate !== 'function' || isHeld(app.decorate)) return;
  const decorate = app.decorate as Method;
  app.decorate = markHeld(function decorateInScope(this: unknown, ...args: unknown[]) {
    const [name, value, ...others] = args;
    const isUse = name === 'use' && typeof value === 'function';
    return isUse ? decorate.call(this, name, holdUse(value as Method), ...others) : decorate.apply(this, args);
  });
}

function holdUse(use: Method): Method {
  if (isHeld(use)) return use;
  return markHeld(function useInScope(this: unknown, ...args: unknown[]) {
    return use.apply(this, args.map(holdMiddleware));
  });
}

function holdMiddleware(middleware: unknown): unknown {
  if (Array.isArray(middleware)) return middleware.map(holdMiddleware);
  if (typeof middleware !== 'function' || isHeld(middleware)) return middleware;
  if ('stack' in middleware) holdExpressRouter(middleware);
  if (isRecognizedByExpress(middleware)) return middleware;
  return markHeld(function middlewareInScope(this: unknown, request: object, response: object, next: Next) {
    // An application may have a decorator `use` of its own, with functions of another kind.
    if (typeof next !== 'function') return Reflect.apply(middleware as Middleware, this, [request, response, next]);
    const scope = scopeOf(request);
    const args: Parameters<Middleware> = [request, response, nextInScope(request, next)];
    return scope === undefined || scopeStorage.getStore() === scope
      ? Reflect.apply(middleware as Middleware, this, args)
      : scopeStorage.run(scope, Reflect.apply, middleware as Middleware, this, args);
  });
}

/** Express recognizes error handlers by their four arguments, and applications by their methods. */
function isRecognizedByExpress(middleware: object): boolean {
  return (middleware as Middleware).length > 3 || 'handle' in middleware;
}
