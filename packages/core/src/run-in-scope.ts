import * as engine from '#engine';
import { type Frame, ledger } from './frame.js';

const place = engine.place;
const get = engine.get;
const push = engine.push;
const pop = engine.pop;
const settle = engine.settle;
const runApart = engine.runApart;

/** Runs a function in a frame, after which the whole frame before is current again. */
export function runIn<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const at = place();
  const before = get(at);
  const seen = ledger.changes;
  const inside = push(at, frame);
  if (inside === undefined) return runApart(frame, fn, thisArg, args);
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    pop(at, inside, before);
    if (ledger.changes !== seen) settle(at, before, seen);
  }
}
