import proxyAddr from 'proxy-addr';
import { RequestError } from '../errors.js';
import { isEncrypted, type SecureTest } from './request-response.js';

/** What the adapters take that see the connection itself, and not what a framework makes of it. */
export interface TrustProxyOption {
  /**
   * The proxies whose `x-forwarded-proto` is believed: addresses, networks (`10.0.0.0/8`) or `loopback`, `linklocal`,
   * `uniquelocal`. Default: none.
   */
  trustProxy?: string | readonly string[];
}

/**
 * Tells https by the connection, or by `x-forwarded-proto` where the connection comes from a proxy that is trusted.
 * @throws ERR_INVALID_OPTION where an address of the option is none
 */
export function secureTest({ trustProxy }: TrustProxyOption): SecureTest {
  if (trustProxy === undefined) return isEncrypted;
  const trusts = compile(trustProxy);
  return (request) => {
    const address = request.socket?.remoteAddress;
    if (address === undefined || !trusts(address, 0)) return isEncrypted(request);
    const forwarded = request.headers['x-forwarded-proto'];
    if (forwarded === undefined) return isEncrypted(request);
    // The proxy nearest to the client writes first.
    const [first = ''] = `${forwarded}`.split(',', 1);
    return first.trim().toLowerCase() === 'https';
  };
}

function compile(trustProxy: string | readonly string[]): (address: string, hop: number) => boolean {
  try {
    return proxyAddr.compile(typeof trustProxy === 'string' ? trustProxy : [...trustProxy]);
  } catch (error) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `trustProxy must be addresses, networks, or "loopback", "linklocal", "uniquelocal": ${error}`,
    );
  }
}
