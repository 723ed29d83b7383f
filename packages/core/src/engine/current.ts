/**
 * Where a runtime has nothing that follows a flow, the current frame is a variable. It stands on the global object, under
 * a symbol that all copies of this package know, so that two of them on one page share one current frame and one set of
 * patches. The number in the symbol is that of the layout of what is shared, frames included.
 *
 * The variable is root whenever no code of a flow runs: whoever makes a frame current for a callback puts back what it
 * found. A job that nobody attributes to a flow therefore runs in the empty frame.
 */
import type { Frame } from '../frame.js';

export interface Current {
  frame: Frame | undefined;
  /**
   * Whether `enterWith` was ever called. From then on, what is at rest without a value must also be run in its own
   * frame, the root: another job may have entered something and not be over.
   */
  entered: boolean;
  /** Whether the program's `await`s say by themselves in which frame they go on. */
  transformed: boolean;
  /** Whether native `await` is intercepted. */
  intercepted: boolean;
  /** The promise whose constructor is read next for an `await` that is not to be intercepted: the code around it does it. */
  exempt: unknown;
  /** Set while the next() of an async generator is being called and has not yet resumed its body. */
  resuming: boolean;
}

type Shared = Record<string, unknown>;
const SHARED = Symbol.for('throughline.1');

/** What all copies of the package on this page have in common under this name; the first one makes it. */
export function share<T>(name: string, make: () => T): T {
  const holder = globalThis as { [SHARED]?: Shared };
  if (holder[SHARED] === undefined) Object.defineProperty(holder, SHARED, { value: Object.create(null) });
  const shared = holder[SHARED] as Shared;
  shared[name] ??= make();
  return shared[name] as T;
}

export const current: Current = share('current', () => ({
  frame: undefined,
  entered: false,
  transformed: false,
  intercepted: false,
  exempt: undefined,
  resuming: false,
}));
