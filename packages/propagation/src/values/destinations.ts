/**
 * Lists of destinations (`to`) and of senders (`trust`). An entry that is the origin of a URL, such as
 * 'https://billing.internal', matches every URL of this origin. Any other string matches itself, such as
 * 'queue:orders'. A regular expression is tested against the origin of a URL, or against a string that is no URL. It is
 * never tested against a path, which others may have chosen.
 */
import { invalidArgType, invalidArgValue } from '../errors.js';

/** Destinations or senders: origins of URLs, other strings, and regular expressions. */
export type Places = readonly (string | RegExp)[];

/**
 * Checks a list.
 * @param name what has the list, for the error: `new Propagated('tenant'): to`
 */
export function checkPlaces(name: string, places: unknown): Places {
  if (!Array.isArray(places)) throw invalidArgType(name, 'a list of strings and regular expressions', places);
  return places.map((place: unknown) => {
    if (place instanceof RegExp) {
      // With these flags, a test begins where the last one ended.
      return new RegExp(place.source, place.flags.replace(/[gy]/g, ''));
    }
    if (typeof place !== 'string')
      throw invalidArgType(`An entry of ${name}`, 'a string or a regular expression', place);
    const url = parseUrl(place);
    if (url === undefined) return place;
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
      throw invalidArgValue(
        `${name} has the entry ${JSON.stringify(place)}, which is more than an origin. All URLs of an origin are one ` +
          `destination: write ${JSON.stringify(url.origin)}.`,
      );
    }
    return url.origin;
  });
}

/** Whether a list contains a place. */
export function includesPlace(places: Places, place: string | URL): boolean {
  const origin = parseUrl(place)?.origin;
  const text = origin ?? String(place);
  const testable = origin ?? withoutPath(text);
  return places.some((entry) =>
    typeof entry === 'string' ? entry === text : testable !== undefined && entry.test(testable),
  );
}

/** Returns the URL if it has an origin: the scheme is http, https, ws or wss. */
function parseUrl(place: string | URL): URL | undefined {
  if (typeof place === 'string' && !HAS_ORIGIN.test(place.replace(SKIPPED, ''))) return undefined;
  try {
    const url = new URL(place);
    return url.origin === 'null' ? undefined : url;
  } catch {
    return undefined;
  }
}

/** As the parser of URLs: it skips white space and control characters before a URL, and accepts upper case. */
const HAS_ORIGIN = /^[\0-\x20]*(?:https?|wss?):/i;

/** The characters that the parser of URLs skips at every position. */
const SKIPPED = /[\t\n\r]/g;

/** Text that is or may become a URL with a host: `amqps://broker/orders`, `//host/path`. */
const MAY_HAVE_HOST = /[\\\t\n\r]|\/\//;

/** Returns a name as it is, a URL without its path, and undefined for a reference, whose host depends on its base. */
function withoutPath(text: string): string | undefined {
  if (!MAY_HAVE_HOST.test(text)) return text;
  try {
    const { protocol, host } = new URL(text);
    return host === '' ? undefined : `${protocol}//${host}`;
  } catch {
    return undefined;
  }
}
