/**
 * How the current frame follows the code. There is one file for each way, and package.json says which of them a runtime
 * gets. An engine asks the runtime for the place where the current frame stands, once for each operation, since that
 * can be the dearer part.
 */
import type { Frame } from '../frame.js';

/** Where the current frame stands; only the engine that gave it knows what it is. */
export type Place = object;

export interface Engine {
  /** Begins to carry frames. Called before a storage is given its first value, and may be called again. */
  follow(): void;
  /** The place of the code that runs now. */
  place(): Place;
  /** What is current there. */
  get(at: Place): Frame | undefined;
  /** Makes this current there, until it is set again. False where the place cannot take it. */
  set(at: Place, frame: Frame | undefined): boolean;
  /** The same for a frame that nobody will set back: it is current until the code there ends. */
  enter(at: Place, frame: Frame | undefined): boolean;
  /** Runs a function with that current, whether or not the place here can take it. */
  runApart<A extends unknown[], R>(frame: Frame | undefined, fn: (...args: A) => R, thisArg: unknown, args: A): R;
}
