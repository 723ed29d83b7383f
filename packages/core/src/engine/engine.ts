/**
 * How the current frame follows the code. There is one file for each way, and package.json says which of them a runtime
 * gets. An engine asks the runtime for the place where the current frame stands, once for each operation, since that
 * can be the dearer part.
 */
import type { Frame } from '../frame.js';

/** Where the current frame stands; only the engine that gave it knows what it is. */
export type Place = object | undefined;

export interface Engine {
  /** Begins to carry frames. Called for each storage that is made. */
  follow(): void;
  /** The place of the code that runs now. */
  place(): Place;
  /** What is current there. */
  get(at: Place): Frame | undefined;
  /** Makes this current for a scope, and gives the place inside it; undefined where the place cannot take it. */
  push(at: Place, frame: Frame | undefined): Place;
  /** Ends the scope: `before`, which was current at the place when it began, is current again. */
  pop(at: Place, inside: Place, before: Frame | undefined): void;
  /**
   * Makes this current until the code there ends. False where the place cannot take it.
   * @param moment grows with each call; it tells `settle` what was entered in its scope
   */
  enter(at: Place, frame: Frame | undefined, moment: number): boolean;
  /** After a scope that began at `moment`, in which something was entered: when the code ends, it is in `before` again. */
  settle(at: Place, before: Frame | undefined, moment: number): void;
  /** Runs a function with that current, whether or not the place here can take it. */
  runApart<A extends unknown[], R>(frame: Frame | undefined, fn: (...args: A) => R, thisArg: unknown, args: A): R;
  /** A function that runs another in what is current now, with whatever else the runtime carries. `type` is for people who debug. */
  captureScope(type: string): <R>(fn: () => R) => R;
  /** What all copies of this package that carry the same frames have in common under this name; the first one makes it. */
  share<T>(name: string, make: () => T): T;
}
