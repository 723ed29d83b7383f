/** The places of a suite. What starts them is loaded only where it is asked for: browsers take their time. */
import type { Options } from './options.js';
import type { Place } from './place.js';
import type { SuiteName } from './suite.js';

export async function placesOf(suite: SuiteName, options: Options): Promise<Place[]> {
  const all = await load(suite, options);
  const { places } = options;
  return places === undefined ? all : all.filter(({ name }) => places.some((wanted) => name.startsWith(wanted)));
}

async function load(suite: SuiteName, { runtimes, withInstalled }: Options): Promise<Place[]> {
  switch (suite) {
    case 'servers':
      return (await import('./servers/places.js')).serverPlaces(runtimes, withInstalled);
    case 'browsers':
      return (await import('./browsers/places.js')).browserPlaces(runtimes);
    case 'transform':
      return (await import('./transform/places.js')).transformPlaces();
    case 'requests':
      return (await import('./requests/places.js')).requestPlaces(runtimes, withInstalled);
  }
}
