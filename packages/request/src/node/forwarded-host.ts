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

function isExpress(app: unknown): app is { get(setting: string): unknown } {
  return typeof app === 'function' && 'get' in app && typeof app.get === 'function';
}
