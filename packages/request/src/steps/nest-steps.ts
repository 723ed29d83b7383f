/**
 * The steps of Nest 11 and 12 that are not those of its platform.
 *
 * Nest calls guards, pipes, the handler and exception filters from async functions, which continue in their own frame.
 * Only an interceptor may continue elsewhere: it decides where `next.handle()` is called, and the `Observable` that this
 * returns emits wherever the interceptor after it does. Interceptors are called by a class that Nest does not export. It
 * is found on the `ExternalContextCreator`, and its method is replaced once.
 */
import { Observable, Subject, takeUntil } from 'rxjs';
import { scopeOf } from '../scope/scope-of.js';
import { holdMethod, nextInScope } from './step-in-scope.js';

interface CallHandler {
  handle(): Observable<unknown>;
}
interface Interceptor {
  intercept(context: unknown, next: CallHandler): unknown;
}
type Intercept = (
  this: unknown,
  interceptors: Interceptor[],
  args: unknown[],
  instance: unknown,
  callback: unknown,
  next: unknown,
  type: unknown,
) => Promise<unknown>;

/** Holds what follows an interceptor in the scope of the request. */
export function holdInterceptors(contextCreator: unknown): void {
  const consumer: unknown = isObject(contextCreator) ? contextCreator.interceptorsConsumer : undefined;
  if (isObject(consumer)) holdMethod<Intercept>(Object.getPrototypeOf(consumer), 'intercept', holdIntercept);
}

function holdIntercept(intercept: Intercept): Intercept {
  return function interceptInScope(interceptors, args, instance, callback, next, type) {
    // Without interceptors, which is usual, all arguments are passed on as they are.
    const request = interceptors?.length > 0 ? nodeRequestOf(args?.[0]) : undefined;
    const isScoped = request !== undefined && scopeOf(request) !== undefined;
    const held = isScoped ? interceptors.map((one) => holdInterceptor(one, request)) : interceptors;
    return intercept.call(this, held, args, instance, callback, next, type);
  };
}

function holdInterceptor(interceptor: Interceptor, request: object): Interceptor {
  return {
    intercept: (context, next) =>
      interceptor.intercept(context, {
        handle: nextInScope(request, () => emitInScope(next.handle(), request)),
      }),
  };
}

/** Creates an observable that emits in the scope what another one emits anywhere. */
function emitInScope(source: Observable<unknown>, request: object): Observable<unknown> {
  return new Observable((subscriber) => {
    const stop = new Subject<void>();
    subscriber.add(() => stop.next());
    nextInScope(request, () =>
      source.pipe(takeUntil(stop)).subscribe({
        next: nextInScope(request, (value) => subscriber.next(value)),
        error: nextInScope(request, (error) => subscriber.error(error)),
        complete: nextInScope(request, () => subscriber.complete()),
      }),
    )();
  });
}

/** Returns Node's request: that of Express, or that which a request of Fastify wraps. */
function nodeRequestOf(request: unknown): object | undefined {
  if (!isObject(request)) return undefined;
  return isObject(request.raw) ? request.raw : request;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
