/**
 * What is known of one call of an async function: in which frame it is suspended, and whether the engine has resumed it.
 *
 * `off` is called with the operand of every `await`, and notes the current frame. `on`, called when the function goes on,
 * makes that frame current again. The engine resumes a function from its queue, at the root, so whoever was resumed puts
 * the root back when it gives control away: at the next suspension, or at its end. Up to its first suspension a function
 * runs in its caller's time, and changes nothing.
 */
import { current } from '../engine/current.js';
import { NativePromise } from '../engine/jobs.js';
import type { Frame } from '../frame.js';
import { handedOn, handOnOther, isAnyKept } from './thenables.js';

/** In place of a frame: the function is not suspended. */
export const RUNNING: unique symbol = Symbol();

export class Flow {
  frame: Frame | undefined | typeof RUNNING = RUNNING;
  isResumed = false;

  off(value: unknown): unknown {
    // Written out, as in the rest of this class: it stands around every await of a program.
    const handed =
      value instanceof NativePromise && value.constructor === NativePromise
        ? value
        : handOnOther(value, this.isResumed);
    this.frame = current.frame;
    if (this.isResumed) current.frame = undefined;
    return handed;
  }

  on(value: unknown): unknown {
    current.frame = this.frame as Frame | undefined;
    this.isResumed = true;
    return isAnyKept ? handedOn(value) : value;
  }

  end(): void {
    if (this.isResumed) current.frame = undefined;
  }
}

/**
 * Where code can go on without `on`: after a rejection in a `try`, in a loop that awaits by itself. It begins with `back`,
 * which does what `on` would have done.
 */
export class GuardedFlow extends Flow {
  override on(value: unknown): unknown {
    current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
    this.isResumed = true;
    return isAnyKept ? handedOn(value) : value;
  }

  back(): void {
    if (this.frame !== RUNNING) this.resume();
  }

  /** The function goes on, resumed by the engine. */
  resume(): void {
    current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
    this.isResumed = true;
  }

  /** The suspension that `off` has noted does not come about. */
  stay(wasResumed: boolean): void {
    if (wasResumed) current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
    this.isResumed = wasResumed;
  }
}

export const flow = () => new Flow();
export const guardedFlow = () => new GuardedFlow();
