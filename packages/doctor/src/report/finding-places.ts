/** The places of findings, and the names of storages in them. */
import type { Storage } from '../runtime/scope.js';
import { isFileFrame, type Stack } from '../runtime/stack.js';
import { labelOf } from '../runtime/storage-labels.js';
import type { FindingPlace } from './finding.js';
import { type Place, placeOfFrame } from './place.js';

/** Returns the places that are known, each with what happened there. */
export function withNotes(places: readonly (readonly [Place | undefined, string])[]): FindingPlace[] {
  return places.flatMap(([place, note]) => (place === undefined ? [] : [{ ...place, code: place.code ?? null, note }]));
}

/** Returns the innermost place in the application, or in a package if there is none. */
export function innermostPlace(stack: Stack | undefined): Place | undefined {
  const places = placesOf(stack);
  // The file that is running may be a bundle, so only the sources show what belongs to a package.
  return places.find(({ file }) => !/[\\/]node_modules[\\/]/.test(file)) ?? places[0];
}

/** Returns the places of a stack, from the innermost to the outermost one. */
export function placesOf(stack: Stack | undefined): Place[] {
  return (stack ?? []).filter(isFileFrame).flatMap((frame) => placeOfFrame(frame) ?? []);
}

/** The name of a storage: its own, or that of the variable that holds it. */
export function nameOf(storage: Storage): string {
  return labelOf(storage).name;
}
