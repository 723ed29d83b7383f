/**
 * The engine for every runtime that cannot carry a frame itself, primarily browsers. The current frame is a variable,
 * and the patches in web/ make the platform call each callback in the frame in which the callback was passed to it.
 */
import { install } from '#web';
import { type Current, current, runInFrame } from './current.js';
import type { CallInContext, OpaqueFrame } from './engine.js';
import { queueReturnToRoot } from './jobs.js';

export { runInFrame } from './current.js';
export { AsyncResource } from './portable-async-resource.js';
export { share } from './shared-state.js';

export function follow(): void {
  install();
}

export function noteValue(): void {
  current.onValue?.();
  current.onValue = null;
}

export function getHolder(): Current {
  return current;
}

export function getFrame(holder: Current): OpaqueFrame | undefined {
  return holder.frame;
}

export function pushFrame(holder: Current, frame: OpaqueFrame | undefined): Current {
  holder.frame = frame;
  return holder;
}

export function popFrame(holder: Current, _inner: Current, outer: OpaqueFrame | undefined): void {
  holder.frame = outer;
}

/**
 * The platform may have called the running code directly, without a wrapper that restores the frame. A job therefore
 * makes the root current again, in which all jobs must start.
 */
export function enterFrame(holder: Current, frame: OpaqueFrame | undefined): void {
  holder.frame = frame;
  holder.hasEntered = true;
  queueReturnToRoot();
}

/** The caller of the running code restores the frame that it found. */
export function restoreAtJobEnd(): void {}

export function captureContext(_type: string): CallInContext {
  const { frame } = current;
  return (fn, thisArg, args) => runInFrame(frame, fn, thisArg, args);
}
