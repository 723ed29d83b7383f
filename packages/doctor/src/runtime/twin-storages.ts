/**
 * Kind 5: two storages where one was meant. A module that creates a storage is loaded twice: as an ES module and as
 * CommonJS, from two folders, or with two query strings. One copy sets values, and the other one reads none.
 *
 * Storages are twins if they were created under the same name in copies of the same file of a package. It is a finding
 * if one of them never held a value and is read where the other one holds one.
 */
import { originOf } from './file-origin.js';
import { siteOf } from './file-tables.js';
import { keyOf, type Scope, type Storage, settingIn } from './scope.js';
import { recordStack, type Stack } from './stack.js';

const STACK_DEPTH = 25;
/** Storages of one origin that are compared: a class may create one for each instance. */
const MAXIMUM_TWINS = 8;

/** Where a storage was created. */
export interface Creation {
  readonly site: number;
  readonly name: string | undefined;
}

export interface TwinRead {
  /** The one that was read, and the one that holds the value. */
  readonly read: Creation;
  readonly holder: Creation;
  count: number;
  readonly stack: Stack;
}

const creations = new WeakMap<Storage, Creation>();
const twinsByOrigin = new Map<string, WeakRef<Storage>[]>();
const twinsByStorage = new WeakMap<Storage, WeakRef<Storage>[]>();
const withValue = new WeakSet<Storage>();
const twinReads = new Map<string, TwinRead>();

export function allTwinReads(): IterableIterator<TwinRead> {
  return twinReads.values();
}

export function creationOf(storage: Storage): Creation | undefined {
  return creations.get(storage);
}

/** Called with a storage that was created at a site. */
export function created<T extends object>(storage: T, site: number): T {
  const place = siteOf(site);
  const creation = { site, name: place?.site.name };
  creations.set(storage, creation);
  if (place?.site.name === undefined) return storage;
  const origin = `${originOf(place.table.url)}#${place.site.name}`;
  const twins = twinsByOrigin.get(origin) ?? [];
  twinsByOrigin.set(origin, twins);
  if (twins.length >= MAXIMUM_TWINS || twins.some((twin) => isFromSameSite(twin, site))) return storage;
  twins.push(new WeakRef(storage));
  twinsByStorage.set(storage, twins);
  return storage;
}

function isFromSameSite(twin: WeakRef<Storage>, site: number): boolean {
  const storage = twin.deref();
  return storage !== undefined && creations.get(storage)?.site === site;
}

export function noteValue(storage: Storage, value: unknown): void {
  if (value !== undefined) withValue.add(storage);
}

/**
 * Called when a storage was read and had no value.
 * @returns whether a twin of it holds one
 */
export function noteReadOfTwin(storage: Storage, now: Scope | undefined): boolean {
  const twins = twinsByStorage.get(storage);
  if (now === undefined || twins === undefined || twins.length < 2 || withValue.has(storage)) return false;
  for (const twin of twins) {
    const other = twin.deref();
    if (other === undefined || other === storage) continue;
    if ((settingIn(now, keyOf(other))?.value ?? undefined) === undefined) continue;
    const read = creations.get(storage);
    const holder = creations.get(other);
    if (read === undefined || holder === undefined) continue;
    const key = `${read.site} ${holder.site}`;
    const known = twinReads.get(key);
    if (known === undefined) twinReads.set(key, { read, holder, count: 1, stack: recordStack(STACK_DEPTH) });
    else known.count++;
    return true;
  }
  return false;
}
