import type { Sessions } from './session.js';

/** What every adapter takes. */
export interface RequestScopeOptions {
  /**
   * Whether a request keeps the id that it brings in `x-request-id`. Only where the clients are servers of your own or a
   * proxy writes that header: whoever may choose an id may choose another request's. An id that is not safe (more than
   * 128 characters, or others than letters, digits and `_ . : @ / + = -`) is replaced all the same. Default: false.
   */
  trustRequestId?: boolean;

  /** Milliseconds from the start of a request until its `signal` aborts with a `TimeoutError`. Default: never. */
  deadline?: number;

  /** Where `session()` reads and writes, made by `sessions()` of `@throughline/request/sessions`. */
  session?: Sessions;
}

/** What the adapters take that see the connection itself, and not what a framework makes of it. */
export interface TrustProxyOption {
  /**
   * The proxies whose `x-forwarded-proto` is believed: addresses, networks (`10.0.0.0/8`) or `loopback`, `linklocal`,
   * `uniquelocal`. Default: none.
   */
  trustProxy?: string | readonly string[];
}
