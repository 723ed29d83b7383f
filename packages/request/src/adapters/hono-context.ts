/**
 * The context of Hono in a storage: the functions of hono/context-storage, on every runtime, and with one storage for
 * all copies of this package in a process.
 */
import type { Context, Env, MiddlewareHandler } from 'hono';
import { AsyncLocalStorage } from 'throughline';

/** The number changes when a version cannot use the storage of another version. */
const SHARED = Symbol.for('@throughline/request/hono-context.1');

function shareStorage(): AsyncLocalStorage<Context> {
  const holder = globalThis as { [SHARED]?: AsyncLocalStorage<Context> };
  if (holder[SHARED] === undefined) {
    const storage = new AsyncLocalStorage<Context>({ name: 'Hono context' });
    Object.defineProperty(holder, SHARED, { value: storage });
  }
  return holder[SHARED] as AsyncLocalStorage<Context>;
}

const storage = shareStorage();

/**
 * Creates a middleware that makes the context of Hono available to everything that is mounted after it, as
 * `contextStorage` of hono/context-storage does. It does not open the request scope: that is `requestScope()`.
 * @returns the middleware
 * @example
 * // TypeScript
 * import { serve } from '@hono/node-server';
 * import { contextStorage, getContext } from '@throughline/request/hono';
 * import { Hono } from 'hono';
 *
 * interface Env {
 *   Variables: { user: string };
 * }
 *
 * const app = new Hono<Env>();
 * app.use(contextStorage());
 * app.use(async (context, next) => {
 *   context.set('user', 'ada');
 *   await next();
 * });
 * const greet = () => `Hello, ${getContext<Env>().var.user}\n`;
 * app.get('/', (context) => context.text(greet()));
 * serve({ fetch: app.fetch, port: 8080 });
 * // curl localhost:8080 prints: Hello, ada
 * @see https://hono.dev/docs/middleware/builtin/context-storage
 */
export function contextStorage(): MiddlewareHandler {
  return async (context, next) => {
    await storage.run(context, next);
  };
}

/**
 * Returns the context of the current request.
 * @returns the context of Hono
 * @throws {Error} if `contextStorage()` is not mounted, or outside of a request
 * @example
 * import { contextStorage, getContext } from '@throughline/request/hono';
 * import { Hono } from 'hono';
 *
 * const app = new Hono();
 * app.use(contextStorage());
 * const path = () => getContext().req.path;
 * app.get('/cart', (context) => context.text(path()));
 * const response = await app.request('/cart');
 * console.log(await response.text()); // /cart
 * @see https://hono.dev/docs/middleware/builtin/context-storage
 */
export function getContext<E extends Env = Env>(): Context<E> {
  const context = tryGetContext<E>();
  if (context === undefined) {
    throw new Error(
      'There is no current Hono context. Mount contextStorage() of @throughline/request/hono before any code that ' +
        'reads it. If there may be none, use tryGetContext().',
    );
  }
  return context;
}

/**
 * Returns the context of the current request, if there is one.
 * @returns the context of Hono, or undefined outside of a request
 * @example
 * import { tryGetContext } from '@throughline/request/hono';
 *
 * console.log(tryGetContext()?.req.path ?? 'no request'); // no request
 * @see https://hono.dev/docs/middleware/builtin/context-storage
 */
export function tryGetContext<E extends Env = Env>(): Context<E> | undefined {
  return storage.getStore();
}
