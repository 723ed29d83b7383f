/** The places of a suite. What starts them is loaded only where it is asked for: browsers take their time. */

import type { Place } from '../suite/environment.js';
import type { SuiteName } from '../suite/suite.js';
import type { Options } from './options.js';

export async function placesOf(suite: SuiteName, options: Options): Promise<Place[]> {
  const all = await load(suite, options);
  const { places } = options;
  return places === undefined ? all : all.filter(({ name }) => places.some((wanted) => name.startsWith(wanted)));
}

async function load(suite: SuiteName, { runtimes, withInstalled }: Options): Promise<Place[]> {
  switch (suite) {
    case 'servers':
      return (await import('../servers/server-environments.js')).serverPlaces(runtimes, withInstalled);
    case 'browsers':
      return (await import('../browsers/browser-environments.js')).browserPlaces(runtimes);
    case 'transform':
      return (await import('../transform/transform-environments.js')).transformPlaces();
    case 'requests':
      return (await import('../requests/request-environments.js')).requestPlaces(runtimes, withInstalled);
  }
}
