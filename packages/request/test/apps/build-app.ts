/** The battery's servers by their names, for programs that are started with one. */

import type { RequestScopeOptions } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import type { UpgradeWebSocket } from 'hono/ws';
import { AsyncResource } from 'throughline';
import { buildH3 } from './h3-app.js';
import { buildHono } from './hono-app.js';
import { SECRET } from './session-routes.js';
import { buildWeb } from './web-app.js';

export type AppName = 'hono' | 'h3' | 'web';

/** An adapter's options as JSON can carry them. */
export interface AppOptions extends Omit<RequestScopeOptions, 'session'> {
  /** Whether there are sessions, in the memory of the program. */
  readonly sessions?: boolean;
}

/** What a runtime gives besides the request is handed on as it is. */
export type Fetch = (request: Request, ...rest: unknown[]) => Response | Promise<Response>;

/** @param upgrade Hono's WebSockets on this runtime; h3 has its own */
export function buildApp(
  name: string,
  { sessions: hasSessions, ...options }: AppOptions,
  upgrade?: UpgradeWebSocket,
): Fetch {
  const session = hasSessions ? { session: sessions({ secret: SECRET, store: new Map() }) } : {};
  const fetch = build(name, { ...options, ...session }, upgrade);
  return async (request, ...rest) => {
    if (!request.url.endsWith('/engine')) return fetch(request, ...rest);
    return new Response(await engine());
  };
}

function build(name: string, options: RequestScopeOptions, upgrade?: UpgradeWebSocket): Fetch {
  if (name === 'web') return buildWeb(options);
  if (name === 'h3') return buildH3(options).fetch;
  const app = buildHono(options, upgrade);
  return (request, server) => app.fetch(request, { server });
}

/** Only the engines of servers have the runtime's own class to give. */
async function engine(): Promise<string> {
  const own = await import('node:async_hooks');
  return own.AsyncResource === AsyncResource ? 'native' : 'portable';
}
