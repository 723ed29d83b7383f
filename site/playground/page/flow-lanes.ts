/**
 * The model of the picture: a lane for each outermost flow, and one for code outside of all flows, each with its reads.
 *
 *     run('ada') ──▶ lane 1   [ada 4] [ada 7] [ada 12]
 *     run('bob') ──▶ lane 2   [bob 4] [ada 7] ◀── wrong: the flow holds another value
 */
import type { ProgramPlace } from '../compile/program-error.js';

/** Reads of a lane and lanes that are shown. Further ones are counted. */
const MAXIMUM_READS = 60;
const MAXIMUM_LANES = 24;

export interface FlowRead {
  readonly storage: string;
  readonly value: string;
  readonly isWrong: boolean;
  readonly place: ProgramPlace | undefined;
  /** Milliseconds since the program began. */
  readonly time: number;
}

export interface Lane {
  /** Counts from 1; 0 for the lane of code outside of all flows. */
  readonly number: number;
  /** What the first `run()` has set; empty if none was seen. */
  readonly value: string;
  readonly place: ProgramPlace | undefined;
  readonly startTime: number;
  lastTime: number;
  readonly reads: FlowRead[];
  moreReads: number;
}

export interface FlowEventView extends FlowRead {
  readonly type: 'open' | 'read';
  readonly flow: number | undefined;
}

export class FlowLanes {
  readonly counts = { flows: 0, reads: 0, wrong: 0 };
  readonly #lanes = new Map<number, Lane>();
  #outside: Lane | undefined;
  readonly #flowsWithoutLane = new Set<number>();

  /** Flows that are not shown, because they are too many. */
  get moreLanes(): number {
    return this.#flowsWithoutLane.size;
  }

  /** In the order in which they began. That of code outside of all flows is the last. */
  get lanes(): Lane[] {
    return [...this.#lanes.values(), ...(this.#outside === undefined ? [] : [this.#outside])];
  }

  /** The time of the last event. */
  get endTime(): number {
    return Math.max(0, ...this.lanes.map(({ lastTime }) => lastTime));
  }

  add(event: FlowEventView): void {
    const { type, flow } = event;
    const lane = this.#laneOf(flow, event);
    if (type === 'read') {
      this.counts.reads++;
      if (event.isWrong) this.counts.wrong++;
    }
    if (lane === undefined) return;
    lane.lastTime = event.time;
    if (type === 'open') return;
    if (lane.reads.length >= MAXIMUM_READS) lane.moreReads++;
    else lane.reads.push(event);
  }

  #laneOf(flow: number | undefined, event: FlowEventView): Lane | undefined {
    if (flow === undefined) {
      this.#outside ??= createLane(0, '', event);
      return this.#outside;
    }
    const known = this.#lanes.get(flow);
    if (known !== undefined || this.#flowsWithoutLane.has(flow)) return known;
    this.counts.flows++;
    if (this.#lanes.size >= MAXIMUM_LANES) {
      this.#flowsWithoutLane.add(flow);
      return undefined;
    }
    const lane = createLane(this.counts.flows, event.type === 'open' ? event.value : '', event);
    this.#lanes.set(flow, lane);
    return lane;
  }
}

function createLane(number: number, value: string, { place, time }: FlowEventView): Lane {
  return { number, value, place, startTime: time, lastTime: time, reads: [], moreReads: 0 };
}
