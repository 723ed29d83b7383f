/**
 * Kind 5: two storages where one was meant. A module that creates a storage is loaded twice: as an ES module and as
 * CommonJS, from two folders, or with two query strings. One copy sets values, and the other one reads none.
 *
 * Storages are twins if they were created in copies of the same file of a package, under the same name or, without a
 * name, in the same position. It is a finding if one of them never held a value and is read where the other one holds
 * one.
 */
import type { FileTable, Site } from '../instrument/file-table.js';
import { noteChange } from './changes.js';
import { originOf } from './file-origin.js';
import { siteOf } from './file-tables.js';
import { flowObserver } from './flow-observer.js';
import { keyOf, type Scope, type Storage, settingIn } from './scope.js';
import { recordStack, type Stack } from './stack.js';
import { creationSiteOf, noteCreation } from './storage-labels.js';
import { noteFileOfStorage } from './test-runners.js';

const STACK_DEPTH = 25;
/** Storages of one origin that are compared: a class may create one for each instance. */
const MAXIMUM_TWINS = 8;

export interface TwinRead {
  /** The sites of the one that was read, and of the one that holds the value. */
  readonly read: number;
  readonly holder: number;
  count: number;
  readonly stack: Stack;
}

const twinsByOrigin = new Map<string, WeakRef<Storage>[]>();
const twinsByStorage = new WeakMap<Storage, WeakRef<Storage>[]>();
const withValue = new WeakSet<Storage>();
const twinReads = new Map<string, TwinRead>();

export function allTwinReads(): IterableIterator<TwinRead> {
  return twinReads.values();
}

/** Called with a storage that was created at a site. */
export function created<T extends object>(storage: T, site: number): T {
  noteCreation(storage, site);
  const url = siteOf(site)?.table.url;
  if (url !== undefined) noteFileOfStorage(storage, url);
  const origin = originOfSite(site);
  if (origin === undefined) return storage;
  const twins = twinsByOrigin.get(origin) ?? [];
  twinsByOrigin.set(origin, twins);
  if (twins.some((twin) => isFromSameSite(twin, site))) return storage;
  const collected = twins.findIndex((twin) => twin.deref() === undefined);
  if (collected >= 0) twins.splice(collected, 1);
  else if (twins.length >= MAXIMUM_TWINS) return storage;
  twins.push(new WeakRef(storage));
  twinsByStorage.set(storage, twins);
  return storage;
}

/** What the sites of twins have in common. Undefined if the site is not known. */
export function originOfSite(site: number): string | undefined {
  const place = siteOf(site);
  return place && `${originOf(place.table.url)}#${place.site.name ?? ordinalOf(place)}`;
}

/** The position among the storages of its file that have no name, such as a default export. */
function ordinalOf({ table, site }: { readonly table: FileTable; readonly site: Site }): number {
  return table.sites.filter(({ form }) => form === 'storage').indexOf(site);
}

function isFromSameSite(twin: WeakRef<Storage>, site: number): boolean {
  const storage = twin.deref();
  return storage !== undefined && creationSiteOf(storage) === site;
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
    const read = creationSiteOf(storage);
    const holder = creationSiteOf(other);
    if (read === undefined || holder === undefined) continue;
    const key = `${read} ${holder}`;
    let known = twinReads.get(key);
    if (known === undefined) {
      known = { read, holder, count: 0, stack: recordStack(STACK_DEPTH) };
      twinReads.set(key, known);
    }
    known.count++;
    noteChange(known.count);
    flowObserver?.found(now, known);
    return true;
  }
  return false;
}
