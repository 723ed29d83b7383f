/**
 * Limits the processor time that recording stacks takes. Most stacks are those of promises, so the stacks of promises are
 * recorded in a part of the flows only, while they take too much: in every second flow, every fourth one, and so on.
 */

import { currentTime } from '../runtime/real-time.js';
import type { Flow } from './flow.js';

/** Parts of the processor time of the process. */
const TOO_MUCH = 0.02;
const LITTLE = 0.007;
/** Below this part of the time that passes, the costs do not matter: the process does almost nothing. */
const NEGLIGIBLE = 0.004;
const MAXIMUM_STEP = 64;
/** One of so many stacks is timed. */
const TIMED = 16;

export class StackBudget {
  #step = 1;
  #count = 0;
  #timedCount = 0;
  #timed = 0;
  #processorTime = process.cpuUsage();
  #since = currentTime();

  /** Whether the stacks of promises are recorded in a flow. */
  includes({ id }: Flow): boolean {
    return id % this.#step === 0;
  }

  /** @returns the time before a stack is recorded, if this one is timed */
  begin(): number | undefined {
    this.#count++;
    return this.#count % TIMED === 0 ? currentTime() : undefined;
  }

  /** @param start what `begin()` has returned */
  end(start: number | undefined): void {
    if (start === undefined) return;
    this.#timed += currentTime() - start;
    this.#timedCount++;
  }

  /** Compares what the stacks have taken since the last call with the processor time that the process has used. */
  adapt(): void {
    const { user, system } = process.cpuUsage(this.#processorTime);
    const used = (user + system) / 1000;
    const passed = currentTime() - this.#since;
    const taken = this.#timedCount === 0 ? 0 : (this.#timed / this.#timedCount) * this.#count;
    if (taken > used * TOO_MUCH && taken > passed * NEGLIGIBLE) this.#step = Math.min(MAXIMUM_STEP, this.#step * 2);
    else if (taken < used * LITTLE || taken < passed * (NEGLIGIBLE / 2)) this.#step = Math.max(1, this.#step / 2);
    this.#start();
  }

  reset(): void {
    this.#step = 1;
    this.#start();
  }

  #start(): void {
    this.#count = this.#timedCount = this.#timed = 0;
    this.#processorTime = process.cpuUsage();
    this.#since = currentTime();
  }
}
