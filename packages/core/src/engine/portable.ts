/**
 * Every runtime that has nothing of its own, browsers first: the current frame is a variable, and `web/` sees to it that
 * whatever calls back later does so in the frame of the call.
 */
import { install } from '#web';
import type { Frame } from '../frame.js';
import { type Current, current } from './current.js';
import { runToRoot } from './jobs.js';

export { share } from './current.js';
export { AsyncResource } from './portable-async-resource.js';

export function follow(): void {
  install();
}

export function place(): Current {
  return current;
}

export function get(at: Current): Frame | undefined {
  return at.frame;
}

export function push(at: Current, frame: Frame | undefined): Current {
  at.frame = frame;
  return at;
}

export function pop(at: Current, _inside: Current, before: Frame | undefined): void {
  at.frame = before;
}

/** Where nobody puts back what was there before, a microtask does: all of them begin at the root. */
export function enter(at: Current, frame: Frame | undefined): boolean {
  at.frame = frame;
  at.entered = true;
  runToRoot();
  return true;
}

/** Whoever called the code puts back what it found. */
export function settle(): void {}

export function runApart<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const before = current.frame;
  current.frame = frame;
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    current.frame = before;
  }
}

export function captureScope(_type: string): <R>(fn: () => R) => R {
  const { frame } = current;
  return (fn) => runApart(frame, fn, undefined, []);
}
