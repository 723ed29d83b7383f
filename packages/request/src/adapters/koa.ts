/**
 * The request scope for Koa 3.
 *
 * Koa sends the body of an answer, and answers an error that nobody has caught, when all middleware is through: outside
 * of the scope that the middleware opened. A stream that is the body, Node's or the web's, is read in the scope
 * nevertheless, and `app.on('error')` hears in the scope what has gone wrong in it.
 */
import { Stream } from 'node:stream';
import type { Context, Middleware } from 'koa';
import { enterNodeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import { scopeOf } from '../node/scoped-emitter.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { type OpenScope, scopeStorage } from '../scope/request-scope.js';
import { bodyInScope } from '../web/streamed-body.js';

/**
 * A middleware that opens the scope for everything after it: use it first. Whether the client came over https is what
 * Koa finds, by its own `app.proxy`.
 * @throws ERR_INVALID_OPTION
 * @example
 * app.use(requestScope({ session: sessions({ secret }) }));
 */
export function requestScope(options: RequestScopeOptions = {}): Middleware {
  checkScopeOptions(options);
  return (context, next) => {
    const exchange = new NodeExchange(context.req, context.res, () => context.secure);
    return enterNodeScope(context.req, context.res, exchange, options, (error) => {
      context.onerror = answerInScope;
      if (error !== undefined) return Promise.reject(error);
      return Promise.resolve(next()).then(() => readInScope(context));
    });
  };
}

/** Stands before Koa's `context.onerror`, or what the application has put in its place. */
function answerInScope(this: Context, error: Error): void {
  const inherited: Context['onerror'] = Object.getPrototypeOf(this).onerror;
  const scope = scopeOf(this.req);
  // Koa calls this at the end of every answer, with null where all went well.
  if (error == null || scope === undefined) inherited.call(this, error);
  else scopeStorage.run(scope, () => inherited.call(this, error));
}

function readInScope(context: Context): void {
  const { body } = context;
  // Nearly all bodies are texts, or plain objects for JSON.
  if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) === Object.prototype) return;
  const scope = scopeOf(context.req);
  if (scope === undefined) return;
  if (body instanceof Stream) {
    pipeInScope(body, scope);
    return;
  }
  // Where Koa does not answer, the application reads what it has set.
  const stream = context.respond === false ? null : webStreamOf(body);
  if (stream === null || stream.locked) return;
  const type = context.response.get('content-type');
  context.body = bodyInScope(stream, scope);
  // Koa gives a stream a type where there is none.
  if (type === '') context.remove('content-type');
}

/** What Koa reads where a body is of the web's kinds. */
function webStreamOf(body: unknown): ReadableStream<Uint8Array> | null {
  if (body instanceof ReadableStream) return body;
  if (body instanceof Response) return body.body;
  return body instanceof Blob ? body.stream() : null;
}

/** Has a stream read in the scope, whoever pipes it: reading goes on from there by itself. */
function pipeInScope(stream: Stream, scope: OpenScope): void {
  const { pipe } = stream;
  stream.pipe = (destination, options) =>
    scopeStorage.run(scope, () => pipe.call(stream, destination, options)) as typeof destination;
}
