/**
 * The applications with the battery's routes that run on every runtime: in Hono, in h3, and as a plain web handler. A
 * server process builds one of them by its name. In addition to the routes of the battery, each has `POST /session/...`
 * (see `session-routes.ts`) and `GET /engine`, whose response names the engine in use.
 */
import type { RequestScopeOptions } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import type { UpgradeWebSocket } from 'hono/ws';
import { AsyncResource } from 'throughline';
import { buildH3App } from './h3-app.js';
import { buildHonoApp } from './hono-app.js';
import { SECRET } from './session-routes.js';
import { buildWebHandler } from './web-app.js';

export type AppName = 'hono' | 'h3' | 'web';

/** The options of an adapter, in a form that JSON can represent. */
export interface AppOptions extends Omit<RequestScopeOptions, 'session'> {
  /** Whether the application has sessions, which are kept in memory. Default: false. */
  readonly hasSessions?: boolean;
}

/** The handler for a server. All other arguments of the runtime are passed on unchanged. */
export type FetchHandler = (request: Request, ...rest: unknown[]) => Response | Promise<Response>;

/**
 * @param name an `AppName`, unchecked because it is an argument of the process
 * @param upgrade Hono's WebSocket helper for this runtime; h3 does not need one
 */
export function buildApp(
  name: string,
  { hasSessions, ...options }: AppOptions,
  upgrade?: UpgradeWebSocket,
): FetchHandler {
  const session = hasSessions ? { session: sessions({ secret: SECRET, store: new Map() }) } : {};
  const fetch = buildFetchHandler(name, { ...options, ...session }, upgrade);
  return async (request, ...rest) => {
    if (!request.url.endsWith('/engine')) return fetch(request, ...rest);
    return new Response(await engineName());
  };
}

function buildFetchHandler(name: string, options: RequestScopeOptions, upgrade?: UpgradeWebSocket): FetchHandler {
  if (name === 'web') return buildWebHandler(options);
  if (name === 'h3') return buildH3App(options).fetch;
  const app = buildHonoApp(options, upgrade);
  return (request, server) => app.fetch(request, { server });
}

/** Only the engines for servers export the runtime's own `AsyncResource`. */
async function engineName(): Promise<string> {
  const native = await import('node:async_hooks');
  // On Bun, Deno and workerd it is a subclass.
  const isNative = AsyncResource === native.AsyncResource || AsyncResource.prototype instanceof native.AsyncResource;
  return isNative ? 'native' : 'portable';
}
