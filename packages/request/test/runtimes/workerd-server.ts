/** A server of the battery in workerd. The name of the application and its options are bindings. */
import { upgradeWebSocket } from 'hono/cloudflare-workers';
import { buildApp, type FetchHandler } from '../apps/build-app.js';

let fetch: FetchHandler | undefined;

export default {
  fetch(request: Request, { APP, OPTIONS }: { APP: string; OPTIONS: string }): Response | Promise<Response> {
    fetch ??= buildApp(APP, JSON.parse(OPTIONS), upgradeWebSocket);
    return fetch(request);
  },
};
