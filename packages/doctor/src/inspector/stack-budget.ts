/**
 * Limits the processor time that recording stacks takes. Most stacks are those of promises. While stacks take too much
 * time, those of promises are recorded only in a part of the flows: in every second flow, every fourth one, and so on.
 * If that is not enough, those of timers, sockets and so on are also recorded only in a part of the flows, which is
 * larger.
 */

import { currentTime } from '../runtime/real-time.js';
import type { Flow } from './flow.js';

/** Parts of the processor time of the process. */
const TOO_MUCH = 0.02;
const LITTLE = 0.007;
/** Below this part of the time that passes, the costs do not matter: the process does almost nothing. */
const NEGLIGIBLE = 0.004;
const MAXIMUM_STEP = 64;
/**
 * The number of flows in which the stacks of other resources are recorded, for each flow in which those of promises
 * are.
 */
const MORE_OTHERS = 8;
/** One in this many stacks is timed. */
const TIMED = 16;
/**
 * After this many timed stacks, their time is checked even before the next sweep: load on a server can begin at once.
 */
const TIMED_AT_ONCE = 64;

export class StackBudget {
  #step = 1;
  #count = 0;
  #timedCount = 0;
  #timed = 0;
  #processorTime = process.cpuUsage();
  #since = currentTime();

  /** Whether the stacks of promises, or of other resources, are recorded in a flow. */
  includes({ id }: Flow, isPromise: boolean): boolean {
    return id % (isPromise ? this.#step : Math.max(1, this.#step / MORE_OTHERS)) === 0;
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
    if (this.#timedCount >= TIMED_AT_ONCE) this.adapt();
  }

  /** Compares what the stacks have taken since the last call with the processor time that the process has used. */
  adapt(): void {
    const { user, system } = process.cpuUsage(this.#processorTime);
    const used = (user + system) / 1000;
    const passed = currentTime() - this.#since;
    const taken = this.#timedCount === 0 ? 0 : (this.#timed / this.#timedCount) * this.#count;
    const limit = Math.max(used * TOO_MUCH, passed * NEGLIGIBLE);
    // One stack can take long by chance, if the system runs another process meanwhile.
    if (taken > limit) this.#step = Math.min(MAXIMUM_STEP, this.#step * (taken > 2 * limit ? 4 : 2));
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
