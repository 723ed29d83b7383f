/** The places of findings, and the names of storages in them. */
import type { Storage } from '../runtime/scope.js';
import { type Frame, isFileFrame, isUserFrame, type Stack } from '../runtime/stack.js';
import { labelOf } from '../runtime/storage-labels.js';
import type { FindingPlace } from './finding.js';
import { type Place, placeOfFrame } from './place.js';

/** Returns the places that are known, each with what happened there. */
export function withNotes(places: readonly (readonly [Place | undefined, string])[]): FindingPlace[] {
  return places.flatMap(([place, note]) => (place === undefined ? [] : [{ ...place, code: place.code ?? null, note }]));
}

/** The innermost place in the application, or in a package if there is none. */
export function innermostPlace(stack: Stack | undefined): Place | undefined {
  return placeOfFrame(userFrame(stack ?? []));
}

function userFrame(stack: Stack): Frame | undefined {
  return stack.find(isUserFrame) ?? stack.find(isFileFrame);
}

/** The name of a storage: its own, or that of the variable that holds it. */
export function nameOf(storage: Storage): string {
  return labelOf(storage).name;
}
