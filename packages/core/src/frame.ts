/**
 * A frame is the set of (storage, value) that is current for a flow. It is what an engine carries from the place
 * where work is asked for to the place where it is done.
 *
 * A frame is one value on top, the one that was set last, over a table with all the others. Setting a value makes
 * one small object, however many storages hold a value: the table that a child needs (everything in its parent but
 * the storage being set) is made when the first child is made, and remembered. The first sixteen slots stand in the
 * table itself, where most programs find all of theirs; the others in leaves of sixteen, so that making a table copies
 * two short arrays.
 *
 * A frame knows a storage by its tag, which no other storage ever has, so nobody reads a value that was set for
 * somebody else. The slot, the place in the table, is given to a new storage once the old one is collected: tables stay
 * as small as the number of storages that live.
 *
 * A frame never holds a storage. Nor should it hold a value that nobody can read any more because its storage is gone:
 * the first values of each storage are therefore held by the storage, in a WeakMap whose keys, the tokens, are what the
 * frame holds. That costs a hundred nanoseconds a value and a few a read. So a storage that has been set YOUTH times
 * counts as one of those that live as long as the program, and its frames hold its values directly; and so does a frame
 * in which a value has been read that often.
 *
 * Frames do not change, with one exception: `AsyncLocalStorage.disable()` is defined by Node as taking the storage out
 * of the frame that is current, for everyone who shares that frame.
 */

import { follow, share } from '#engine';

const LEAF_BITS = 4;
const LEAF_SLOTS = 1 << LEAF_BITS;
const LEAF_MASK = LEAF_SLOTS - 1;

/** How often a storage is set before all frames hold its values directly, and a value read before this frame does. */
export const YOUTH = 100;

/** What a storage is to a frame: an identity, and a place in the table. */
class Tag {
  readonly slot: number;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** What a frame holds in place of a value that is held by the storage's key. */
class Token {
  reads = 0;
}

/** Tag and value of one slot, tag and value of the next, and so on. */
type Leaf = unknown[];
/** A leaf with the first slots, and after it the leaves with the others. */
type Table = Leaf;

/** What all who make frames must agree on; where two copies of this package share one current frame, the copies. */
export interface Ledger {
  /** How often a frame was replaced or changed other than by a scope that puts back what it found. */
  changes: number;
  /** Whether there ever was a `remove`: before it nobody can tell a frame from its copy. */
  hasRemoved: boolean;
  slotCount: number;
  readonly freeSlots: number[];
  /** Stands where a value was taken out. */
  readonly nobody: Tag;
}

export const ledger: Ledger = share('frames', () => ({
  changes: 0,
  hasRemoved: false,
  slotCount: 0,
  freeSlots: [],
  nobody: new Tag(-1),
}));

const NOBODY = ledger.nobody;
const EMPTY: Table = [];

const slotRegistry =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<number>((slot) => {
        ledger.freeSlots.push(slot);
      })
    : undefined;

/** What a storage holds to find its value in a frame. Nobody else holds it. */
export class Key {
  /** Stands beside a value. */
  readonly tag: Tag;
  /** Stands beside a token. */
  readonly tokenTag: Tag;
  /** Values given so far, up to YOUTH. */
  uses = 0;
  /** The values for the tokens. */
  values: WeakMap<Token, unknown> | undefined = undefined;

  constructor() {
    // Not with the first value: the flow that sets it, and others beside it, would have begun without being followed.
    follow();
    const slot = ledger.freeSlots.pop() ?? ledger.slotCount++;
    this.tag = new Tag(slot);
    this.tokenTag = new Tag(slot);
    slotRegistry?.register(this, slot);
  }
}

/** The table that a frame had to make for a child that set a tag. */
class Child {
  readonly tag: Tag;
  readonly table: Table;

  constructor(tag: Tag, table: Table) {
    this.tag = tag;
    this.table = table;
  }
}

export class Frame {
  tag: Tag;
  value: unknown;
  /** The values of all other storages. */
  table: Table;
  /** The child that was made last: the next is often alike. */
  child: Child | undefined;

  constructor(tag: Tag, value: unknown, table: Table) {
    this.tag = tag;
    this.value = value;
    this.table = table;
    this.child = undefined;
  }
}

/** To be called by whoever makes a frame current for longer than a scope, or changes one. */
export function noteChange(): void {
  ledger.changes++;
}

/** The value of a storage in a frame, `fallback` where it has none. */
export function read(frame: Frame | undefined, key: Key, fallback: unknown): unknown {
  if (frame === undefined) return fallback;
  return frame.tag === key.tag ? frame.value : readBelow(frame, key, fallback);
}

/** The same, where the tag on top is not the storage's. */
export function readBelow(frame: Frame, key: Key, fallback: unknown): unknown {
  const { slot } = key.tag;
  const leaf = slot < LEAF_SLOTS ? frame.table : leafOf(frame.table, slot);
  const at = (slot & LEAF_MASK) << 1;
  if (at < leaf.length && leaf[at] === key.tag) return leaf[at + 1];
  return readToken(frame, key, leaf, at, fallback);
}

function readToken(frame: Frame, key: Key, leaf: Leaf, at: number, fallback: unknown): unknown {
  if (frame.tag === key.tokenTag) {
    const token = frame.value as Token;
    const value = key.values?.get(token);
    if (++token.reads >= YOUTH) {
      frame.tag = key.tag;
      frame.value = value;
    }
    return value;
  }
  if (at >= leaf.length || leaf[at] !== key.tokenTag) return fallback;
  const token = leaf[at + 1] as Token;
  const value = key.values?.get(token);
  if (++token.reads >= YOUTH) {
    leaf[at] = key.tag;
    leaf[at + 1] = value;
  }
  return value;
}

/** A new frame: `frame` with this value for this storage. */
export function withValue(frame: Frame | undefined, key: Key, value: unknown): Frame {
  const table = frame === undefined ? EMPTY : tableWithout(frame, key);
  return key.uses === YOUTH ? new Frame(key.tag, value, table) : young(key, value, table);
}

function young(key: Key, value: unknown, table: Table): Frame {
  key.uses++;
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
    return new Frame(key.tag, value, table);
  }
  key.values ??= new WeakMap();
  const token = new Token();
  key.values.set(token, value);
  return new Frame(key.tokenTag, token, table);
}

/** A frame of its own with the same values, from which a `remove` on the other does not take any. */
export function copy(frame: Frame | undefined): Frame | undefined {
  if (frame === undefined) return undefined;
  const made = new Frame(frame.tag, frame.value, frame.table);
  made.child = frame.child;
  return made;
}

/** Takes a storage out of this frame, for everyone who shares it. */
export function remove(frame: Frame, key: Key): void {
  ledger.hasRemoved = true;
  if (frame.tag === key.tag || frame.tag === key.tokenTag) {
    frame.tag = NOBODY;
    frame.value = undefined;
  } else {
    frame.table = cleared(frame.table, key.tag);
  }
  frame.child = undefined;
}

function tableWithout(frame: Frame, key: Key): Table {
  const { tag } = frame;
  if (tag === key.tag || tag === key.tokenTag) return frame.table;
  if (frame.child?.tag === key.tag) return frame.child.table;
  const whole = tag === NOBODY ? frame.table : filled(frame.table, tag, tag, frame.value);
  frame.child = new Child(key.tag, cleared(whole, key.tag));
  return frame.child.table;
}

function leafOf(table: Table, slot: number): Leaf {
  const index = leafIndex(slot);
  return index < table.length ? (table[index] as Leaf) : EMPTY;
}

function leafIndex(slot: number): number {
  return LEAF_SLOTS * 2 + (slot >> LEAF_BITS) - 1;
}

function filled(table: Table, { slot }: Tag, tag: Tag, value: unknown): Table {
  const at = (slot & LEAF_MASK) << 1;
  if (slot < LEAF_SLOTS) return withPair(table, at, tag, value);
  const made = table.slice();
  while (made.length < LEAF_SLOTS * 2) made.push(NOBODY, undefined);
  const index = leafIndex(slot);
  while (made.length < index) made.push(EMPTY);
  made[index] = withPair(leafOf(table, slot), at, tag, value);
  return made;
}

/** Whoever else stands in the slot is gone, so the slot is cleared whatever it holds. */
function cleared(table: Table, tag: Tag): Table {
  const leaf = tag.slot < LEAF_SLOTS ? table : leafOf(table, tag.slot);
  const at = (tag.slot & LEAF_MASK) << 1;
  return at >= leaf.length || leaf[at] === NOBODY ? table : filled(table, tag, NOBODY, undefined);
}

function withPair(leaf: Leaf, at: number, tag: Tag, value: unknown): Leaf {
  const made = leaf.slice();
  while (made.length < at) made.push(NOBODY, undefined);
  made[at] = tag;
  made[at + 1] = value;
  return made;
}
