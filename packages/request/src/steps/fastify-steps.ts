/**
 * The steps of Fastify 5.
 *
 * Fastify keeps the hooks of a route, those of its plugins included, in one array for each phase, and the content type
 * parsers in a map. Both belong to the context of the route, which each request has under a symbol. The hooks and the
 * parsers are wrapped there when the first request of the route arrives, before the first of them continues.
 *
 *     context ──▶ onRequest, preParsing, preValidation, preHandler, preSerialization, onSend, onResponse, ...: hooks
 *             ──▶ contentTypeParser ──▶ customParsers: parsers
 *             ──▶ context of reply.callNotFound() ──▶ hooks
 *
 * A hook returns control by its last argument or by a promise. Both continue in the scope, and so does everything that
 * follows: validators, the handler, serializers, error handlers and the lines that Fastify logs. A handler that calls
 * `reply.send()` from elsewhere continues there, so this method is held too, on the prototype of all replies.
 *
 * None of this is public. If the context is not found, or looks different, nothing is wrapped.
 */
import { scopeStorage } from '../scope/request-scope.js';
import { scopeOf } from '../scope/scope-of.js';
import { adoptThenable, holdEach, holdMethod, isHeld, markHeld, type Next, nextInScope } from './step-in-scope.js';

type Members = Record<PropertyKey, unknown>;

interface Request {
  readonly raw: object;
}
interface Reply {
  readonly raw: object;
}
type Hook = (request: Request, reply: Reply, next: Next) => unknown;
type PayloadHook = (request: Request, reply: Reply, payload: unknown, next: Next) => unknown;
type AbortHook = (request: Request, next: Next) => unknown;
type Parser = (this: unknown, request: Request, body: unknown, done: Next) => unknown;
type ReplyMethod = (this: Reply, payload?: unknown) => unknown;

const HOOKS = ['onRequest', 'preValidation', 'preHandler', 'onResponse', 'onTimeout'];
const PAYLOAD_HOOKS = ['preParsing', 'preSerialization', 'onSend', 'onError'];
const REPLY_METHODS = ['send', 'callNotFound'];

/** The symbol that was found last. All applications of one copy of Fastify share it. */
let lastContextKey = Symbol();

/** Holds all later steps of a request in its scope. */
export function holdFastifySteps(request: object, reply: object): void {
  const context = contextOf(request as Members);
  if (context === undefined || isHeld(context)) return;
  markHeld(context);
  holdContext(context);
  holdReply(reply);
}

function contextOf(request: Members): Members | undefined {
  const known = request[lastContextKey];
  if (isContext(known)) return known;
  for (const key of Object.getOwnPropertySymbols(request)) {
    const value = request[key];
    if (!isContext(value)) continue;
    lastContextKey = key;
    return value;
  }
  return undefined;
}

/** Whether this is the context of a route: the phases that are used here are properties, null without a hook. */
function isContext(value: unknown): value is Members {
  return isObject(value) && 'onRequest' in value && 'preHandler' in value && 'handler' in value;
}

function holdContext(context: Members): void {
  for (const name of HOOKS) wrapEach<Hook>(context[name], holdHook);
  for (const name of PAYLOAD_HOOKS) wrapEach<PayloadHook>(context[name], holdPayloadHook);
  wrapEach<AbortHook>(context.onRequestAbort, holdAbortHook);
  if (isObject(context.contentTypeParser)) holdParsers(context.contentTypeParser.customParsers);
  for (const key of Object.getOwnPropertySymbols(context)) {
    const notFound = context[key];
    // Its hooks are those of another context, in which they may be wrapped already.
    if (isContext(notFound)) holdContext(notFound);
  }
}

/** A phase without a hook is null. */
function wrapEach<F extends (...args: never[]) => unknown>(functions: unknown, hold: (fn: F) => F): void {
  if (Array.isArray(functions)) holdEach(functions, hold);
}

/**
 * Every `next` continues in the scope, although the hook after it checks the scope itself: Fastify adds the reactions of
 * the promise that an async hook returns in the frame in which `next` was called.
 */
function holdHook(hook: Hook): Hook {
  const isAsync = isAsyncFunction(hook);
  // The adapter for Nest opens the scope inside of the hook of @fastify/middie. Any other hook that finds no scope leads
  // to the adapter, and Nest has six of them.
  const mayOpenScope = hook.name.includes('runMiddie');
  return function hookInScope(request, reply, next) {
    const scope = scopeOf(request.raw);
    if (scope === undefined && !mayOpenScope) return hook(request, reply, next);
    const proceed = isAsync ? next : nextInScope(request.raw, next);
    return scope === undefined || scopeStorage.getStore() === scope
      ? adoptThenable(hook(request, reply, proceed))
      : adoptThenable(scopeStorage.run(scope, hook, request, reply, proceed));
  };
}

function holdPayloadHook(hook: PayloadHook): PayloadHook {
  const isAsync = isAsyncFunction(hook);
  return function hookInScope(request, reply, payload, next) {
    const scope = scopeOf(request.raw);
    const proceed = isAsync ? next : nextInScope(request.raw, next);
    return scope === undefined || scopeStorage.getStore() === scope
      ? adoptThenable(hook(request, reply, payload, proceed))
      : adoptThenable(scopeStorage.run(scope, hook, request, reply, payload, proceed));
  };
}

function holdAbortHook(hook: AbortHook): AbortHook {
  return function hookInScope(request, next) {
    const proceed = nextInScope(request.raw, next);
    const scope = scopeOf(request.raw);
    return scope === undefined || scopeStorage.getStore() === scope
      ? adoptThenable(hook(request, proceed))
      : adoptThenable(scopeStorage.run(scope, hook, request, proceed));
  };
}

/** Fastify calls a parser when the last chunk has arrived, from a stream that a preParsing hook may have created. */
function holdParsers(parsers: unknown): void {
  if (!(parsers instanceof Map)) return;
  for (const entry of parsers.values()) {
    if (!isObject(entry) || typeof entry.fn !== 'function' || isHeld(entry.fn)) continue;
    const parse = entry.fn as Parser;
    entry.fn = markHeld(function parseInScope(this: unknown, request: Request, body: unknown, done: Next) {
      const scope = scopeOf(request.raw);
      const proceed = nextInScope(request.raw, done);
      return scope === undefined || scopeStorage.getStore() === scope
        ? adoptThenable(parse.call(this, request, body, proceed))
        : adoptThenable(scopeStorage.run(scope, Reflect.apply, parse, this, [request, body, proceed]));
    });
  }
}

function holdReply(reply: object): void {
  for (const name of REPLY_METHODS) holdMethod(reply, name, holdReplyMethod);
}

function holdReplyMethod(method: ReplyMethod): ReplyMethod {
  return function replyInScope(payload) {
    const scope = scopeOf(this.raw);
    return scope === undefined || scopeStorage.getStore() === scope
      ? method.call(this, payload)
      : scopeStorage.run(scope, Reflect.apply, method, this, [payload]);
  };
}

/** Fastify does not allow an async hook to have the argument `next`. A bound function inherits the prototype. */
function isAsyncFunction(fn: object): boolean {
  return Object.getPrototypeOf(fn) === AsyncFunction.prototype;
}

const AsyncFunction = (async () => {}).constructor as { prototype: object };

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
