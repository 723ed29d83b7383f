/**
 * What is known of one call of an async function: in which frame it is suspended, and whether the engine has resumed it.
 *
 * `off` is called with the operand of every `await`, and notes the current frame. `on`, called when the function goes on,
 * makes that frame current again. The engine resumes a function from its queue, at the root, so whoever was resumed puts
 * the root back when it gives control away: at the next suspension, or at its end. Up to its first suspension a function
 * runs in its caller's time, and changes nothing.
 */
import { current } from '../engine/current.js';
import type { Frame } from '../frame.js';
import { NativePromise, runJob } from '../web/jobs.js';
import { Disposal } from './disposal.js';
import { give, handedOn, handOnOther, isAnyKept } from './handed.js';
import { Steps } from './steps.js';

/** In place of a frame: the function is not suspended. */
const RUNNING: unique symbol = Symbol();

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
    if (this.frame === RUNNING) return;
    current.frame = this.frame;
    this.frame = RUNNING;
    this.isResumed = true;
  }

  /** A suspension whose operand is not given back to this function, or comes back as it is. */
  give(value: unknown): unknown {
    const given = give(value, this.isResumed);
    this.off(undefined);
    return given;
  }

  /** The suspension that `off` has noted does not come about. */
  stay(wasResumed: boolean): void {
    if (wasResumed) current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
    this.isResumed = wasResumed;
  }

  /** What `for await` is to go through in place of an iterable. */
  each(iterable: unknown): unknown {
    return iterable === undefined || iterable === null ? iterable : new Steps(this, iterable, false);
  }

  /** What `yield*` is to go through in place of an iterable. */
  all(iterable: unknown): unknown {
    return iterable === undefined || iterable === null ? iterable : new Steps(this, iterable, true);
  }

  /** The resources of a block. */
  disposal(): Disposal {
    return new Disposal();
  }
}

/**
 * An async generator: a call of `next`, `throw` or `return` resumes it in its caller's time, unless it had to wait in the
 * generator's queue. A flag tells that one is being called.
 */
export class GeneratorFlow extends GuardedFlow {
  override off(value: unknown): unknown {
    const handed = super.off(value);
    this.isResumed = false;
    return handed;
  }

  override back(): void {
    if (this.frame === RUNNING) return;
    if (current.resuming) this.frame = RUNNING;
    else super.back();
  }

  /** After a `yield`. */
  took(value: unknown): unknown {
    this.back();
    return value;
  }
}

/** The top level of a module. Where it throws nobody sees its end, so a job puts the root back as well. */
export class ModuleFlow extends GuardedFlow {
  override on(value: unknown): unknown {
    const result = super.on(value);
    leaveSoon();
    return result;
  }

  override back(): void {
    if (this.frame === RUNNING) return;
    super.back();
    leaveSoon();
  }
}

function leaveSoon(): void {
  if (current.frame !== undefined) {
    runJob(() => {
      current.frame = undefined;
    });
  }
}
