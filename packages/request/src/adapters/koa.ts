/**
 * The request scope for Koa 2 and 3.
 *
 * Koa sends the body of a response, and responds to an error that no middleware has caught, after all middleware has
 * finished, and therefore outside of the scope. This middleware makes both run in it: a body that is a stream, of Node
 * or of the web, is read in the scope, and the listeners of `app.on('error')` run in it.
 */
import { Stream } from 'node:stream';
import type { Context, Middleware } from 'koa';
import { enterNodeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { type Scope, scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import { holdKoaSteps, warnUnlessHeld } from '../steps/koa-steps.js';
import { markHeld } from '../steps/step-in-scope.js';
import { bodyInScope } from '../web/streamed-body.js';

// In `app.use(requestScope())`, `app.use` is read before `requestScope()` is called, so that would be too late.
holdKoaSteps();

/**
 * Creates a middleware that opens the scope for everything that is used after it. Use it first.
 *
 * The setting `app.proxy` of Koa decides whether a request came over HTTPS, and to which host. If the session cannot be loaded, the
 * middleware rejects with the error.
 * @param options default: a random id, no deadline and no session
 * @returns the middleware
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/koa';
 * import Koa from 'koa';
 *
 * const app = new Koa();
 * app.use(requestScope());
 * app.use((context) => {
 *   context.body = `Hello from ${getRequestScope().id}\n`;
 * });
 * app.listen(8080);
 * // curl localhost:8080 prints: Hello from ...
 * @see https://koajs.com/#settings
 */
export function requestScope(options: RequestScopeOptions = {}): Middleware {
  checkScopeOptions(options);
  const middleware: Middleware = (context, next) => {
    warnUnlessHeld(context.app);
    return enterNodeScope(context.req, context.res, new KoaExchange(context), options, (error) => {
      context.onerror = handleErrorInScope;
      if (error !== undefined) return Promise.reject(error);
      return Promise.resolve(next()).then(() => readBodyInScope(context));
    });
  };
  // It calls `next` in the scope itself.
  return markHeld(middleware);
}

class KoaExchange extends NodeExchange {
  readonly #context: Context;

  constructor(context: Context) {
    super(context.req, context.res);
    this.#context = context;
  }

  override get isSecure(): boolean {
    return this.#context.secure;
  }

  override get host(): string {
    return this.#context.host;
  }
}

/** Calls Koa's `context.onerror`, or the function that the application has replaced it with, in the scope. */
function handleErrorInScope(this: Context, error: Error): void {
  const inherited: Context['onerror'] = Object.getPrototypeOf(this).onerror;
  const scope = scopeOf(this.req);
  // Koa calls this at the end of every response, with null if there was no error.
  if (error == null || scope === undefined) inherited.call(this, error);
  else scopeStorage.run(scope, () => inherited.call(this, error));
}

function readBodyInScope(context: Context): void {
  const { body } = context;
  // Nearly all bodies are strings, or plain objects for JSON.
  if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) === Object.prototype) return;
  const scope = scopeOf(context.req);
  if (scope === undefined) return;
  if (body instanceof Stream) {
    pipeInScope(body, scope);
    return;
  }
  // If Koa does not respond, the application reads the body that it has set.
  const stream = context.respond === false ? null : webStreamOf(body);
  if (stream === null || stream.locked) return;
  const type = context.response.get('content-type');
  context.body = bodyInScope(stream, scope);
  // Koa sets a content type for a stream if there is none.
  if (type === '') context.remove('content-type');
}

/** Returns the stream that Koa reads from a body that is an object of the web platform. */
function webStreamOf(body: unknown): ReadableStream<Uint8Array> | null {
  if (body instanceof ReadableStream) return body;
  if (body instanceof Response) return body.body;
  return body instanceof Blob ? body.stream() : null;
}

/** Makes a stream read in the scope when it is piped. Each read then causes the next one in the same frame. */
function pipeInScope(stream: Stream, scope: Scope): void {
  const { pipe } = stream;
  stream.pipe = (destination, options) =>
    scopeStorage.run(scope, () => pipe.call(stream, destination, options)) as typeof destination;
}
