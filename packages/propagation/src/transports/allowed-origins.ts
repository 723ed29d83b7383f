/**
 * The origins to which a transport may send values, and from which a page believes them.
 *
 * A value also has its own list, in the option `to` of `Propagated`: it is sent if both allow it.
 */
import { invalidArgValue } from '../errors.js';
import { checkPlaces, includesPlace } from '../values/destinations.js';

/** Origins: `'anywhere'`, or a list of origins such as `https://billing.internal`, and of patterns for them. */
export type AllowedOrigins = 'anywhere' | readonly (string | RegExp)[];

/** Whether a URL has one of the origins. */
export type OriginTest = (url: URL) => boolean;

/**
 * Compiles a list of origins.
 * @param name what has the list, for the error: `propagatingFetch(): to`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if it is not a list of strings and patterns, `ERR_INVALID_ARG_VALUE` if a
 * string is not an origin
 */
export function compileOrigins(name: string, origins: unknown): OriginTest {
  if (origins === 'anywhere') return (url) => url.origin !== 'null';
  const places = checkPlaces(name, origins);
  for (const place of places) {
    if (typeof place === 'string' && parseUrl(place)?.origin !== place) {
      throw invalidArgValue(
        `${name} has the entry ${JSON.stringify(place)}, which is not an origin. Write one such as ` +
          "'https://billing.internal'.",
      );
    }
  }
  return (url) => url.origin !== 'null' && includesPlace(places, url);
}

/**
 * Parses a URL.
 * @returns undefined if it is invalid
 */
export function parseUrl(url: string | URL, base?: string | URL): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}
