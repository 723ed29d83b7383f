/**
 * The values that requests carry, for the adapters of `@throughline/request`. Neither package imports the other: an
 * adapter calls what `incoming()` returns for each request, and sets the values wherever it sets the scope.
 */
import { type Extracted, extract } from '../index.js';
import { checkOptionNames } from '../option-names.js';
import { checkTrust, type Trust } from './trust-option.js';

/** The options of `incoming()`. */
export interface IncomingOptions {
  /** Whether the values are believed: all of them, none, or those with these names. Default: `false`. */
  trust?: Trust | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['trust']);

/** What a server that accepts IPv6 and IPv4 puts before an address of IPv4. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** What an adapter passes for a request. */
export interface IncomingRequest {
  /** Returns a header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly remoteAddress: string | undefined;
}

/**
 * Reads the values, the trace and the deadline that requests carry, for the option `propagation` of every adapter of
 * `@throughline/request`.
 *
 * The values are set at every step that the framework takes for the request, and the deadline aborts the `signal` of its
 * scope. What a request carries never refuses it: what cannot be decoded is dropped, with a warning. Any client can write
 * the headers, so trust them only if all clients are your own programs, or if a proxy of yours removes them.
 * @param options `trust`
 * @returns the function for the option `propagation`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an option is invalid
 * @example
 * import { createServer } from 'node:http';
 * import { Propagated } from '@throughline/propagation';
 * import { incoming } from '@throughline/propagation/incoming';
 * import { requestScope } from '@throughline/request/http';
 *
 * const tenant = new Propagated('tenant');
 * const listener = (request, response) => response.end(`Hello, ${tenant.get()}`);
 * const scoped = requestScope(listener, { propagation: incoming({ trust: true }) });
 * const server = createServer(scoped).listen(8080);
 *
 * const response = await fetch('http://localhost:8080', { headers: { baggage: 'tenant=acme' } });
 * console.log(await response.text()); // Hello, acme
 * server.close();
 * @see https://www.w3.org/TR/baggage/
 */
export function incoming(options: IncomingOptions = {}): (request: IncomingRequest) => Extracted {
  checkOptionNames('incoming()', options, OPTION_NAMES);
  checkTrust('incoming()', options.trust);
  const { trust = false } = options;
  return (request) =>
    extract(request, {
      trust,
      from: request.remoteAddress?.replace(MAPPED, '') ?? 'a client',
      get: (source, key) => source.header(key),
      // The adapter has opened one.
      scope: false,
    });
}
