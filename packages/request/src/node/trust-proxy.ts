/** Detects HTTPS, and the host that the client addressed, behind a proxy. */
import proxyAddr from 'proxy-addr';
import { RequestError } from '../errors.js';
import type { OptionChecks } from '../scope/options.js';
import { hostBehindProxy, type ProxyTest } from './forwarded-host.js';
import { type HostReader, hostInRequest, isEncrypted, type SecureTest } from './request-response.js';

/** The option of the adapters that see the connection itself, without a framework that knows its proxies. */
export interface TrustProxyOption {
  /**
   * The proxies whose headers `x-forwarded-proto` and `x-forwarded-host` are trusted: addresses, networks such as
   * `10.0.0.0/8`, or `loopback`, `linklocal` and `uniquelocal`. Default: none.
   * @see https://github.com/jshttp/proxy-addr#proxyaddrreq-trust
   */
  trustProxy?: string | readonly string[] | undefined;
}

/** The check of the option `trustProxy`. What the addresses are is checked when they are compiled. */
export const trustProxyCheck: OptionChecks[string] = (value) =>
  typeof value === 'string' || (Array.isArray(value) && value.every((entry) => typeof entry === 'string'))
    ? undefined
    : 'an address, a network, "loopback", "linklocal", "uniquelocal" or an array of them';

/**
 * Creates a test for HTTPS. It reads `x-forwarded-proto` if the connection comes from a trusted proxy, and otherwise
 * checks whether the connection itself uses TLS.
 * @throws {RequestError} `ERR_INVALID_OPTION` if the option contains something that is not an address
 */
export function secureTestFor({ trustProxy }: TrustProxyOption): SecureTest {
  if (trustProxy === undefined) return isEncrypted;
  const isTrusted = compileTrust(trustProxy);
  return (request) => {
    const address = request.socket?.remoteAddress;
    if (address === undefined || !isTrusted(address, 0)) return isEncrypted(request);
    const forwarded = request.headers['x-forwarded-proto'];
    if (forwarded === undefined) return isEncrypted(request);
    // The proxy that is nearest to the client writes the first value.
    const [first = ''] = `${forwarded}`.split(',', 1);
    return first.trim().toLowerCase() === 'https';
  };
}

/**
 * Creates a function that reads the host: from `x-forwarded-host` if the connection comes from a trusted proxy.
 * @throws {RequestError} `ERR_INVALID_OPTION` if the option contains something that is not an address
 */
export function hostReaderFor({ trustProxy }: TrustProxyOption): HostReader {
  if (trustProxy === undefined) return hostInRequest;
  const isTrusted = compileTrust(trustProxy);
  return (request) => hostBehindProxy(request, isTrusted);
}

function compileTrust(trustProxy: string | readonly string[]): ProxyTest {
  try {
    return proxyAddr.compile(typeof trustProxy === 'string' ? trustProxy : [...trustProxy]);
  } catch (error) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `trustProxy must be addresses, networks, or "loopback", "linklocal", "uniquelocal": ${error}`,
    );
  }
}
