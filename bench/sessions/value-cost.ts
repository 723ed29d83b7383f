/** Measures `session().set()` next to `JSON.stringify`, which every session store needs at least. */
import type { Session, Sessions } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { median } from '../measure/statistics.js';

/** The shapes of values, from the smallest to the deepest and the largest that a session keeps by default. */
export const VALUES: readonly (readonly [title: string, value: unknown])[] = [
  ['a user: 2 values', { user: 'ada', visits: 1 }],
  ['10 arrays in each other', nested(10)],
  ['100 arrays in each other', nested(100)],
  ['1,000 arrays in each other', nested(1000)],
  ['1,000 objects in each other', JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`)],
  ['a cart of 10 items', cart(10)],
  ['a cart of 100 items', cart(100)],
  ['a cart of 1,000 items', cart(1000)],
  ['10,000 numbers', Array.from({ length: 10_000 }, (_, i) => i)],
  ['a text of 60,000 characters', 'x'.repeat(60_000)],
];

export interface ValueCost {
  readonly title: string;
  /** The length of the JSON. */
  readonly bytes: number;
  /** Microseconds. */
  readonly set: number;
  /** Microseconds. */
  readonly stringify: number;
  /** The median of the ratios of neighboring laps. */
  readonly ratio: number;
}

/** How long each function runs in a lap, in milliseconds. */
const LAP_TIME = 20;
const LAPS = 15;

/** How many bytes of changes a session collects at most before it is replaced. */
const MAX_CHANGES_SIZE = 200_000;

/** Measures both functions in turns, so that a slow moment of the machine affects both. */
export function measureValueCosts(): ValueCost[] {
  return VALUES.map(([title, value]) => {
    const bytes = JSON.stringify(value).length;
    const session = emptySession(Math.ceil(MAX_CHANGES_SIZE / bytes));
    const set = () => session.set('value', value);
    const stringify = () => JSON.stringify(value);
    const laps = Array.from({ length: LAPS }, () => [timeOf(set), timeOf(stringify)] as const);
    return {
      title,
      bytes,
      set: median(laps.map(([time]) => time)),
      stringify: median(laps.map(([, time]) => time)),
      ratio: median(laps.map(([setTime, stringifyTime]) => setTime / stringifyTime)),
    };
  });
}

function timeOf(call: () => unknown): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < LAP_TIME) {
    for (let i = 0; i < 10; i++) call();
    count += 10;
    elapsed = performance.now() - start;
  }
  return (elapsed / count) * 1000;
}

/**
 * A session that is replaced by an empty one from time to time: it keeps all changes until they are saved, and a heap
 * that grows would be measured too.
 * @param changeCount how many changes each session gets
 */
function emptySession(changeCount: number): Pick<Session, 'set'> {
  const stored = sessions({ secret: crypto.randomUUID(), store: new Map() });
  const open = () => stored.open(detachedExchange) as Session;
  let current = open();
  let calls = 0;
  return {
    set: (key, value) => {
      if (++calls % changeCount === 0) current = open();
      current.set(key, value);
    },
  };
}

/** A request without a cookie, whose response is never sent. */
const detachedExchange: Parameters<Sessions['open']>[0] = {
  method: 'GET',
  url: '/',
  header: () => undefined,
  isSecure: false,
  headersSent: false,
  beforeHeaders: () => {},
  onClientGone: () => {},
  onClose: () => {},
  frameworkSession: undefined,
};

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

function cart(length: number): unknown {
  return Array.from({ length }, (_, i) => ({ id: i, name: `book ${i}`, price: i * 1.5 }));
}
