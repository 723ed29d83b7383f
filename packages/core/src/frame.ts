/**
 * A frame is the set of (storage, value) that is current for a flow. It is what an engine carries from the place
 * where work is asked for to the place where it is done.
 *
 * A frame is one binding on top, the one that was set last, over a table with all the others. Setting a value makes
 * one small object, however many storages hold a value: the table that a child needs (everything in its parent but
 * the storage being set) is made when the first child is made, and remembered. The table has two levels, so making it
 * copies two short arrays.
 *
 * A frame knows a storage by its key's id, which is never given to another storage, so nobody reads a value that was
 * set for somebody else. The slot, the place in the table, is given to a new storage once the old one is collected:
 * tables stay as small as the number of storages that live.
 *
 * A frame never holds a storage. Nor should it hold a value that nobody can read any more because its storage is gone:
 * the first values of each storage are therefore held by the storage, in a WeakMap whose keys, the tokens, are what the
 * frame holds. That costs a hundred nanoseconds a value, so a storage that has been set YOUTH times counts as one of
 * those that live as long as the program, and its frames hold its values directly.
 *
 * Frames do not change, with one exception: `AsyncLocalStorage.disable()` is defined by Node as taking the storage out
 * of the frame that is current, for everyone who shares that frame.
 */

const LEAF_BITS = 4;
const LEAF_MASK = (1 << LEAF_BITS) - 1;

/** How many values a storage is given before frames hold its values directly. */
export const YOUTH = 1000;

/** id and value of slot 0, id and value of slot 1, and so on. An id of 0 is nobody's. */
type Leaf = readonly unknown[];
type Table = readonly (Leaf | undefined)[];

const EMPTY: Table = [];

/** What a frame holds in place of a value that the storage's key holds. */
class Token {}

let lastId = 0;
let slotCount = 0;
const freeSlots: number[] = [];
const slotRegistry =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<number>((slot) => {
        freeSlots.push(slot);
      })
    : undefined;

/** What a storage is to the frames. Only its storage holds it. */
export class Key {
  readonly id: number = ++lastId;
  readonly slot: number = freeSlots.pop() ?? slotCount++;
  /** Values given so far, up to YOUTH. */
  uses = 0;
  /** The values of the frames that hold a token. */
  values: WeakMap<Token, unknown> | undefined = undefined;

  constructor() {
    slotRegistry?.register(this, this.slot);
  }
}

export class Frame {
  /** The key's id; negative where `value` is a token; 0 where the storage was disabled. */
  id: number;
  readonly slot: number;
  value: unknown;
  /** The values of all other storages. */
  table: Table;
  /** The table of a child that sets the storage with the id `childId`: kept because the next child is often alike. */
  childId = 0;
  childTable: Table = EMPTY;

  constructor(id: number, slot: number, value: unknown, table: Table) {
    this.id = id;
    this.slot = slot;
    this.value = value;
    this.table = table;
  }
}

/** How often a frame was replaced or changed other than by a scope that puts back what it found. */
export let changes = 0;

/** To be called by whoever makes a frame current for longer than a scope, or changes one. */
export function noteChange(): void {
  changes++;
}

/** The value of a storage in a frame, `fallback` where it has none. */
export function read(frame: Frame | undefined, key: Key, fallback: unknown): unknown {
  if (frame === undefined) return fallback;
  if (frame.id === key.id) return frame.value;
  return search(frame, key, fallback);
}

function search(frame: Frame, key: Key, fallback: unknown): unknown {
  if (frame.id === -key.id) return heldValue(key, frame.value);
  const { table } = frame;
  const index = key.slot >> LEAF_BITS;
  if (index >= table.length) return fallback;
  const leaf = table[index];
  const at = (key.slot & LEAF_MASK) << 1;
  if (leaf === undefined || at >= leaf.length) return fallback;
  const id = leaf[at];
  if (id === key.id) return leaf[at + 1];
  return id === -key.id ? heldValue(key, leaf[at + 1]) : fallback;
}

function heldValue(key: Key, token: unknown): unknown {
  return key.values?.get(token as Token);
}

/** A new frame: `frame` with this value for this storage. */
export function withValue(frame: Frame | undefined, key: Key, value: unknown): Frame {
  const table = frame === undefined ? EMPTY : tableWithout(frame, key);
  return key.uses === YOUTH ? new Frame(key.id, key.slot, value, table) : young(key, value, table);
}

function young(key: Key, value: unknown, table: Table): Frame {
  key.uses++;
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
    return new Frame(key.id, key.slot, value, table);
  }
  key.values ??= new WeakMap();
  const token = new Token();
  key.values.set(token, value);
  return new Frame(-key.id, key.slot, token, table);
}

/** A new frame: `frame` without a value for this storage. */
export function withoutValue(frame: Frame | undefined, key: Key): Frame | undefined {
  return frame === undefined ? undefined : new Frame(0, 0, undefined, tableWithout(frame, key));
}

/** A frame of its own with the same values, which a later `remove` on the other does not touch. */
export function copy(frame: Frame | undefined): Frame | undefined {
  if (frame === undefined) return undefined;
  const made = new Frame(frame.id, frame.slot, frame.value, frame.table);
  made.childId = frame.childId;
  made.childTable = frame.childTable;
  return made;
}

/** The frame after a scope that set `key`: `now`, with the value that the storage had before the scope. */
export function restoreValue(now: Frame | undefined, key: Key, before: Frame | undefined): Frame | undefined {
  const value = read(before, key, key);
  return value === key ? withoutValue(now, key) : withValue(now, key, value);
}

/** Takes a storage out of this frame, for everyone who shares it. */
export function remove(frame: Frame, key: Key): void {
  if (frame.id === key.id || frame.id === -key.id) {
    frame.id = 0;
    frame.value = undefined;
  } else {
    frame.table = cleared(frame.table, key.slot);
  }
  frame.childId = 0;
  frame.childTable = EMPTY;
}

function tableWithout(frame: Frame, key: Key): Table {
  if (frame.id === key.id || frame.id === -key.id) return frame.table;
  if (frame.childId === key.id) return frame.childTable;
  const whole = frame.id === 0 ? frame.table : filled(frame.table, frame.slot, frame.id, frame.value);
  frame.childTable = cleared(whole, key.slot);
  frame.childId = key.id;
  return frame.childTable;
}

function filled(table: Table, slot: number, id: number, value: unknown): Table {
  const index = slot >> LEAF_BITS;
  const leaf = table[index]?.slice() ?? [];
  const at = (slot & LEAF_MASK) << 1;
  while (leaf.length < at) leaf.push(0, undefined);
  leaf[at] = id;
  leaf[at + 1] = value;
  return withLeaf(table, index, leaf);
}

/** Whoever else stands in the slot is gone, so the slot is cleared whatever it holds. */
function cleared(table: Table, slot: number): Table {
  const index = slot >> LEAF_BITS;
  const at = (slot & LEAF_MASK) << 1;
  const old = table[index];
  if (old === undefined || at >= old.length || old[at] === 0) return table;
  const leaf = old.slice();
  leaf[at] = 0;
  leaf[at + 1] = undefined;
  return withLeaf(table, index, leaf);
}

function withLeaf(table: Table, index: number, leaf: Leaf): Table {
  const made = table.slice();
  while (made.length < index) made.push(undefined);
  made[index] = leaf;
  return made;
}
