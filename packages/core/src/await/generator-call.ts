/**
 * An async generator: a call of `next`, `throw` or `return` resumes it in its caller's time, unless it had to wait in the
 * generator's queue. A flag tells that one is being called.
 */
import { current } from '../engine/current.js';
import { GuardedFlow, RUNNING } from './async-call.js';
import { patchGenerators } from './async-generator-methods.js';
import { before, promiseOf } from './scheduling.js';
import { give } from './thenables.js';

class GeneratorFlow extends GuardedFlow {
  override off(value: unknown): unknown {
    const handed = super.off(value);
    this.isResumed = false;
    return handed;
  }

  override back(): void {
    if (current.resuming) this.frame = RUNNING;
    else super.back();
  }

  /** Before a `yield`, or a `return`, which awaits as well. */
  give(value: unknown): unknown {
    const given = give(value, this.isResumed);
    this.off(undefined);
    return given;
  }

  /** The same where a rejection closes an iterator. What is not rejected may be followed by another suspension. */
  giveHeld(value: unknown): unknown {
    const promise = promiseOf(this.give(value));
    before(promise, undefined, () => this.resume());
    return promise;
  }

  /** After a `yield`. */
  took(value: unknown): unknown {
    this.back();
    return value;
  }
}

export const generatorFlow = () => new GeneratorFlow();

// Before the first generator is made: its methods may be taken from it once and for all.
patchGenerators();
