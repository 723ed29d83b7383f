/**
 * Glossary. These terms mean the same everywhere in this project.
 *
 *   storage   an object that holds one value for each flow: an `AsyncLocalStorage` or an `AsyncContext.Variable`
 *   value     what a storage holds in one flow
 *   frame     an immutable set of storage/value pairs; a storage that is not in it has its default value
 *   root      the empty frame
 *   current   the current frame is the one in which the running code reads its values
 *   run       to call a function with a frame that holds one more value, for the duration of the call
 *   capture   to keep the current frame for later
 *   restore   to make a captured frame current again
 *   engine    the mechanism that makes the current frame follow the code; one per kind of runtime (engine/engine.ts).
 *             V8, SpiderMonkey and JavaScriptCore are called JavaScript engines
 *   flow      everything that one `run` leads to, synchronously or later
 *   seam      a place where third-party code passes a function on: a pool, an emitter, a queue, a middleware
 *   host      what runs the conformance cases: a test runner, a process, workerd, a browser page
 *   case      one documented guarantee, as a small program that every implementation must pass
 *
 * The model of this file: a frame has one pair on top, the pair that was set last, and a table with all other pairs.
 *
 *     Frame                 Table (one array)
 *     +-------+             +-------+---------+-----+--------+----------+-----------+-----------+----
 *     | tag   |         +-->| tag 0 | value 0 | ... | tag 15 | value 15 | leaf 16-31| leaf 32-47| ...
 *     | value |         |   +-------+---------+-----+--------+----------+-----|-----+-----|-----+----
 *     | table |---------+                                                     v           v
 *     | child |---+                                                     +--------+----------+-----+----------+
 *     +-------+   |                                                Leaf | tag 16 | value 16 | ... | value 31 | Leaf ...
 *                 v                                                     +--------+----------+-----+----------+
 *            ChildTable: a tag, and the table with
 *            all pairs of this frame except the tag's
 *
 * Setting a value allocates one small object, however many storages hold a value. The table that a child needs
 * (everything in its parent except the storage being set) is built for the first child and cached for the next one. The
 * first sixteen slots are in the table itself, where most programs find all their storages, and the others in leaves. A
 * leaf is laid out like the table: sixteen slots, and then up to 32 leaves of its own. Building a table therefore
 * copies one array of at most 64 elements per level, and there are two levels for up to 512 storages and three for
 * 16,384. With all leaves in the table itself, `run()` of each of 10,000 storages in turn took four times as long as
 * with 100.
 *
 * A frame identifies a storage by its tag. No two storages ever share a tag, so no storage can read a value that was
 * set for another one. The slot, the storage's position in the table, is reused once the storage has been
 * garbage-collected: tables stay as small as the number of live storages.
 *
 * A frame never references a storage. Nor should it keep a value alive that cannot be read any more because its storage
 * is gone. The first values of each storage are therefore held by the storage, in a WeakMap whose keys are tokens, and
 * the frame holds only the token. This costs about a hundred nanoseconds per value and a few per read. A storage that
 * has been set DIRECT_HOLD_THRESHOLD times is considered as long-lived as the program, and from then on its frames hold
 * its values directly. A frame also switches to holding a value directly once it has been read that often.
 *
 * Frames are immutable, with one exception: Node defines `AsyncLocalStorage.disable()` as removing the storage from the
 * current frame, for all code that shares this frame.
 */

import { follow, noteValue, share } from '#engine';
import { isObject } from './is-object.js';

const LEAF_BITS = 4;
const LEAF_SLOTS = 1 << LEAF_BITS;
const LEAF_MASK = LEAF_SLOTS - 1;
const BRANCH_BITS = 5;
const BRANCH_MASK = (1 << BRANCH_BITS) - 1;

/**
 * The number of values set by a storage after which its frames hold values directly, and the number of reads of one
 * value after which its frame does.
 */
export const DIRECT_HOLD_THRESHOLD = 100;

/** Identifies a storage in a frame, and holds the position of its value in the table. */
class Tag {
  readonly slot: number;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** Held by a frame in place of a value that the storage's key holds. */
class Token {
  reads = 0;
}

/** Alternating tags and values, a pair for each of sixteen slots, followed by up to 32 leaves. */
type Leaf = unknown[];
/** The leaf with the first slots, from which all others are found. */
type Table = Leaf;

/**
 * The state on which all code that creates frames must agree. Copies of this package that share one current frame share
 * this state as well.
 */
export interface SharedState {
  /**
   * The number of times that a frame was replaced or changed, not counting scopes that restored the frame that they
   * found.
   */
  changeCount: number;
  /** Whether `removeValue` was ever called. Before that, no code can distinguish a frame from its copy. */
  hasRemoved: boolean;
  slotCount: number;
  readonly freeSlots: number[];
  /** The tag of a slot, or of a frame's top, that holds no value. */
  readonly emptySlot: Tag;
}

export const sharedState: SharedState = /* @__PURE__ */ share('frames', () => ({
  changeCount: 0,
  hasRemoved: false,
  slotCount: 0,
  freeSlots: [],
  emptySlot: new Tag(-1),
}));

const EMPTY_SLOT = sharedState.emptySlot;
const EMPTY_TABLE: Table = [];

const slotRegistry =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<number>((slot) => {
        sharedState.freeSlots.push(slot);
      })
    : undefined;

/** Finds the value of a storage in a frame. Only the storage references its key. */
export class Key {
  /** Precedes a value that the frame holds directly. */
  readonly tag: Tag;
  /** Precedes a token. */
  readonly tokenTag: Tag;
  /** The number of values set so far, up to DIRECT_HOLD_THRESHOLD. */
  setCount = 0;
  /** The values that frames hold by token. */
  values: WeakMap<Token, unknown> | undefined = undefined;

  constructor() {
    // Called here, not when the first value is set: the flow that sets it, and concurrent flows, would already have
    // started without being followed.
    follow();
    const slot = sharedState.freeSlots.pop() ?? sharedState.slotCount++;
    this.tag = new Tag(slot);
    this.tokenTag = new Tag(slot);
    slotRegistry?.register(this, slot);
  }
}

/** The table that a frame built for a child that set the storage with this tag. */
class ChildTable {
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
  /** The table of the most recent child; the next child often sets the same storage. */
  child: ChildTable | undefined;

  constructor(tag: Tag, value: unknown, table: Table) {
    this.tag = tag;
    this.value = value;
    this.table = table;
    this.child = undefined;
  }
}

/** Must be called by all code that makes a frame current for longer than a scope, or that changes a frame. */
export function countChange(): void {
  sharedState.changeCount++;
}

/** Returns the value of a storage in a frame, or `fallback` if the frame has none. */
export function readValue(frame: Frame | undefined, key: Key, fallback: unknown): unknown {
  if (frame === undefined) return fallback;
  return frame.tag === key.tag ? frame.value : readBelowTop(frame, key.tag, key, fallback);
}

/**
 * Returns the same as `readValue` for a frame whose top is known not to have the storage's tag.
 * @param tag the tag of the key, which the caller has loaded already
 */
export function readBelowTop(frame: Frame, tag: Tag, key: Key, fallback: unknown): unknown {
  const { slot } = tag;
  const leaf = slot < LEAF_SLOTS ? frame.table : leafOf(frame.table, slot >> LEAF_BITS);
  const index = (slot & LEAF_MASK) << 1;
  if (index < leaf.length && leaf[index] === tag) return leaf[index + 1];
  return readTokenized(frame, key, leaf, index, fallback);
}

function readTokenized(frame: Frame, key: Key, leaf: Leaf, index: number, fallback: unknown): unknown {
  if (frame.tag === key.tokenTag) {
    const token = frame.value as Token;
    const value = key.values?.get(token);
    if (++token.reads >= DIRECT_HOLD_THRESHOLD) {
      frame.tag = key.tag;
      frame.value = value;
    }
    return value;
  }
  if (index >= leaf.length || leaf[index] !== key.tokenTag) return fallback;
  const token = leaf[index + 1] as Token;
  const value = key.values?.get(token);
  if (++token.reads >= DIRECT_HOLD_THRESHOLD) {
    leaf[index] = key.tag;
    leaf[index + 1] = value;
  }
  return value;
}

/** Returns a new frame: the given one plus this value for this storage. */
export function withValue(frame: Frame | undefined, key: Key, value: unknown): Frame {
  const table = frame === undefined ? EMPTY_TABLE : tableWithout(frame, key);
  return key.setCount === DIRECT_HOLD_THRESHOLD
    ? new Frame(key.tag, value, table)
    : withTokenizedValue(key, value, table);
}

function withTokenizedValue(key: Key, value: unknown, table: Table): Frame {
  noteValue();
  key.setCount++;
  // A primitive keeps nothing else alive, so it needs no token.
  if (!isObject(value)) return new Frame(key.tag, value, table);
  key.values ??= new WeakMap();
  const token = new Token();
  key.values.set(token, value);
  return new Frame(key.tokenTag, token, table);
}

/** Returns a separate frame with the same values, which a `removeValue` on the original does not affect. */
export function copyFrame(frame: Frame | undefined): Frame | undefined {
  if (frame === undefined) return undefined;
  const copy = new Frame(frame.tag, frame.value, frame.table);
  copy.child = frame.child;
  return copy;
}

/** Removes a storage from this frame, for all code that shares the frame. */
export function removeValue(frame: Frame, key: Key): void {
  sharedState.hasRemoved = true;
  if (frame.tag === key.tag || frame.tag === key.tokenTag) {
    frame.tag = EMPTY_SLOT;
    frame.value = undefined;
  } else {
    frame.table = withEmptySlot(frame.table, key.tag);
  }
  frame.child = undefined;
}

function tableWithout(frame: Frame, key: Key): Table {
  const { tag } = frame;
  if (tag === key.tag || tag === key.tokenTag) return frame.table;
  if (frame.child?.tag === key.tag) return frame.child.table;
  frame.child = new ChildTable(key.tag, buildChildTable(frame, key.tag));
  return frame.child.table;
}

/** Returns the table of a frame with the pair on its top, and with an empty slot for a tag. */
function buildChildTable({ tag, value, table }: Frame, emptied: Tag): Table {
  if (tag === EMPTY_SLOT) return withEmptySlot(table, emptied);
  const copy = withSlot(table, tag.slot, tag, value);
  if (emptied.slot >= LEAF_SLOTS) return withEmptySlot(copy, emptied);
  // No other frame has this copy yet, so the slot is emptied without a second one.
  const index = emptied.slot << 1;
  if (index < copy.length) {
    copy[index] = EMPTY_SLOT;
    copy[index + 1] = undefined;
  }
  return copy;
}

/**
 * Returns a leaf by its number, from 1. Every five bits of the number, starting with the lowest, select a leaf within
 * the previous one. This is not a loop, because the compiler inlines the first level, the only one for up to 512
 * storages.
 */
function leafOf(table: Table, number: number): Leaf {
  const position = positionOf(number);
  const leaf = position < table.length ? (table[position] as Leaf) : EMPTY_TABLE;
  return number > BRANCH_MASK ? leafOf(leaf, number >> BRANCH_BITS) : leaf;
}

function positionOf(number: number): number {
  return LEAF_SLOTS * 2 + (number & BRANCH_MASK);
}

/** @param number the number of the leaf with the slot, counted from this table */
function withSlot(table: Table, slot: number, tag: Tag, value: unknown, number = slot >> LEAF_BITS): Table {
  const position = number === 0 ? (slot & LEAF_MASK) << 1 : positionOf(number);
  const copy = table.slice();
  while (copy.length <= position) copy.push(copy.length < LEAF_SLOTS * 2 ? EMPTY_SLOT : EMPTY_TABLE);
  if (number === 0) {
    copy[position] = tag;
    copy[position + 1] = value;
  } else {
    copy[position] = withSlot(copy[position] as Leaf, slot, tag, value, number >> BRANCH_BITS);
  }
  return copy;
}

/**
 * Empties the slot of a tag. A different tag in it belongs to a collected storage, so the slot is emptied regardless.
 */
function withEmptySlot(table: Table, { slot }: Tag): Table {
  const leaf = slot < LEAF_SLOTS ? table : leafOf(table, slot >> LEAF_BITS);
  const index = (slot & LEAF_MASK) << 1;
  return index >= leaf.length || leaf[index] === EMPTY_SLOT ? table : withSlot(table, slot, EMPTY_SLOT, undefined);
}
