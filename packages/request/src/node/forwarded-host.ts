/** The host that a client addressed, behind a proxy. */
import { hostInRequest, type NodeRequest } from './request-response.js';

/** Whether a proxy is trusted. `hop` is 0 for the one that has connected. */
export type ProxyTest = (address: string, hop: number) => boolean;

/** Returns the first value of `x-forwarded-host` if the connection comes from a trusted proxy. */
export function hostBehindProxy(request: NodeRequest, isTrusted: ProxyTest): string | undefined {
  const address = request.socket?.remoteAddress;
  const forwarded = request.headers['x-forwarded-host'];
  if (forwarded === undefined || address === undefined || !isTrusted(address, 0)) return hostInRequest(request);
  // The proxy that is nearest to the client writes the first value.
  const [first = ''] = `${forwarded}`.split(',', 1);
  return first.trim();
}

/** The host of a request that Express has seen, according to its setting `trust proxy`. */
export function hostOfExpress(request: NodeRequest & { app?: unknown }): string | undefined {
  const { app } = request;
  const isTrusted: unknown = isExpress(app) ? app.get('trust proxy fn') : undefined;
  // Express calls the setting in the same way.
  return typeof isTrusted === 'function' ? hostBehindProxy(request, isTrusted as ProxyTest) : hostInRequest(request);
}

/**
 * The host of a request that Fastify has seen, according to its option `trustProxy`. Middleware receives Node's request,
 * to which @fastify/middie adds Fastify's `hostname`: the host without the port.
 */
export function hostOfFastify(request: NodeRequest & { hostname?: unknown }): string | undefined {
  const host = hostInRequest(request);
  const { hostname } = request;
  if (typeof hostname !== 'string' || host === undefined) return host;
  if (host === hostname || host.startsWith(`${hostname}:`)) return host;
  // The name comes from the header that Fastify has trusted, of which it reads the last value.
  return `${request.headers['x-forwarded-host']}`.split(',').at(-1)?.trim();
}

function isExpress(app: unknown): app is { get(setting: string): unknown } {
  return typeof app === 'function' && 'get' in app && typeof app.get === 'function';
}
