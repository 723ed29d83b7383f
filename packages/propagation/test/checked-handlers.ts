/** Handlers of requests with the option `propagation`, for the web adapter, Hono and `node:http` on every runtime. */
import { currentDeadline, Propagated } from '@throughline/propagation';
import { incoming } from '@throughline/propagation/incoming';
import { getRequestScope } from '@throughline/request';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as webScope } from '@throughline/request/web';
import { Hono } from 'hono';

const tenant = new Propagated<string>('tenant-of-request');

export const propagation = incoming({ trust: true });

/** Returns what a handler reads, after steps at which other requests run. */
export async function readRequest(): Promise<string> {
  for (let step = 0; step < 3; step++) await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  const { signal } = getRequestScope();
  const hasDeadline = Number(currentDeadline()?.remaining) <= 60_000 && signal.aborted === false;
  return `${tenant.get()} ${hasDeadline}`;
}

const respond = async () => new Response(await readRequest());

const app = new Hono();
app.use(honoScope({ propagation }));
app.get('*', respond);

/** The handlers that receive a `Request`. */
export const webHandlers: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
  web: webScope(respond, { propagation }),
  hono: (request) => app.fetch(request),
};

/**
 * Sends requests at the same time, and compares what their handlers read.
 * @param send sends one
 * @returns the number of requests
 */
export async function checkRequests(
  send: (request: Request) => Response | Promise<Response>,
  url: string,
): Promise<number> {
  const indexes = Array.from({ length: 50 }, (_, index) => index);
  await Promise.all(
    indexes.map(async (index) => {
      const headers: [string, string][] =
        index % 5 === 0
          ? []
          : [
              ['baggage', `tenant-of-request=t${index}`],
              ['throughline-timeout-ms', '60000'],
            ];
      const response = await send(new Request(url, { headers }));
      const [actual, expected] = [await response.text(), index % 5 === 0 ? 'undefined false' : `t${index} true`];
      if (actual !== expected) throw new Error(`${url}, request ${index}: ${actual} instead of ${expected}`);
    }),
  );
  return indexes.length;
}
