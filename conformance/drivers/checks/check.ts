/**
 * A *check* uses one function of a driver and observes in each callback whether the frame of the call is current.
 * Several flows run the same check at the same time, and the outcome covers all of them.
 */

/** One of the flows that run a check at the same time. */
export interface Flow {
  /** The value that is current in this flow unless it has been lost. */
  readonly id: string;
  readonly index: number;
  /** Compares the current values with the flow's own. A check calls this method wherever the driver calls back. */
  observe(): void;
  /** `AsyncLocalStorage.bind`, of Throughline's class and of Node's. */
  readonly bind: Wrap;
}

/**
 * The function that a check applies to the callbacks that it passes to the driver: `unwrapped`, or the `bind` of its
 * flow.
 */
export type Wrap = <Args extends unknown[], Result>(callback: (...args: Args) => Result) => (...args: Args) => Result;

export const unwrapped: Wrap = (callback) => callback;

export interface Check {
  readonly name: string;
  run(flow: Flow): Promise<unknown>;
  /** The fix for an application if the driver loses the frame. `run` is the check with this fix applied. */
  readonly fix?: { readonly text: string; run(flow: Flow): Promise<unknown> };
}

/**
 * `kept`: every flow observed its own value everywhere. `lost`: some flow observed none. `another`: some flow observed
 * the value of another flow.
 */
export type FrameOutcome = 'kept' | 'lost' | 'another';

/** The outcome for a storage of Throughline, and for one of Node's own class. */
export interface OutcomeByClass {
  readonly throughline: FrameOutcome;
  readonly node: FrameOutcome;
}

export interface CheckResult extends OutcomeByClass {
  /** The name of the check. */
  readonly name: string;
  readonly fix?: OutcomeByClass & { readonly text: string };
}

/** The number of connections of a pool. */
export const POOL_SIZE = 2;

/** The number of flows that run a check at the same time: more than the connections of a pool. */
export const FLOW_COUNT = 8;

/** The fix for a callback that a driver calls in the wrong frame. */
export const BIND_FIX = 'AsyncLocalStorage.bind';
