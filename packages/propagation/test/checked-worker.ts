/** Runs the checks in workerd, and serves the checked handlers. */
import { checkRuntime } from './check-runtime.js';
import { webHandlers } from './checked-handlers.js';

export default {
  async fetch(request: Request): Promise<Response> {
    const handler = webHandlers[new URL(request.url).pathname.slice(1)];
    return handler === undefined ? new Response(await checkRuntime()) : handler(request);
  },
};
