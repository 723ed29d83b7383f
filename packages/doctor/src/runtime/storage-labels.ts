/**
 * Names the storages in findings. A finding keeps the label of a storage, not the storage itself: a class that makes a
 * storage for each of its instances would otherwise fill the memory with them. All storages that are created at one place
 * under one name share a label.
 */
import { siteOf } from './file-tables.js';
import type { Storage } from './scope.js';

export interface StorageLabel {
  /** The name of the storage, or that of the variable that holds it. */
  readonly name: string;
  /** Whether it is a variable of `AsyncContext`. */
  readonly isVariable: boolean;
}

/** Labels at one place of creation: names may contain a number that grows. */
const MAXIMUM_LABELS = 20;
const UNNAMED = 'AsyncLocalStorage';

const sites = new WeakMap<Storage, number>();
const labels = new WeakMap<Storage, StorageLabel>();
/** By the number of the place of creation; -1 for all places that are not known. */
const labelsBySite = new Map<number, StorageLabel[]>();

/** Called with a storage that was created at a site. */
export function noteCreation(storage: Storage, site: number): void {
  sites.set(storage, site);
}

/** The number of the site where a storage was created. */
export function creationSiteOf(storage: Storage): number | undefined {
  return sites.get(storage);
}

export function labelOf(storage: Storage): StorageLabel {
  const known = labels.get(storage);
  if (known !== undefined) return known;
  const site = sites.get(storage);
  const name = nameOf(storage) ?? (site === undefined ? undefined : siteOf(site)?.site.name);
  const label = findLabel(site, name, !('getStore' in storage));
  labels.set(storage, label);
  return label;
}

function findLabel(site = -1, name = UNNAMED, isVariable: boolean): StorageLabel {
  const all = labelsBySite.get(site) ?? [];
  labelsBySite.set(site, all);
  let label = all.find((other) => other.name === name && other.isVariable === isVariable);
  if (label === undefined && all.length >= MAXIMUM_LABELS) label = all.at(-1);
  if (label === undefined) {
    label = { name, isVariable };
    all.push(label);
  }
  return label;
}

/** The name that a storage was given when it was created. */
function nameOf(storage: Storage): string | undefined {
  try {
    const { name } = storage;
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    // A class of the program has a getter of its own.
    return undefined;
  }
}
