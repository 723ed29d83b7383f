/**
 * What the page shows: totals, and some of the requests, each in a lane. The number of lanes is fixed, so this never
 * grows: a request that finds all of them taken is counted and not shown. A finished request keeps its lane for a
 * moment, because most are over sooner than an eye can see.
 *
 * A lane belongs to the id that the request got at the door, and its witness holds that id in a plain variable, which
 * no storage can touch. So it sees what a storage mixes up: a read that is not the lane's id.
 */
import type { IdRead } from './async-steps.js';
import { type StepName, stepNames } from './request-work.js';

const LANES = 20;
const LINGER_MS = 1200;

/** What each step read, in order; null where there was nothing. */
export type StepReads = [step: StepName, read: number | null][];

/** Follows one request, and compares what is read there with the id that it was given at the door. */
export interface RequestRecorder {
  readonly reads: Readonly<StepReads>;
  begin(): void;
  record(step: StepName, read: IdRead): void;
  end(): void;
  /** Counts the read as mixed up if it is anything but the request's own id. */
  verify(read: IdRead): void;
}

interface Lane {
  readonly id: number;
  /** Who is signed in where the request began. */
  readonly user: string | null;
  readonly reads: StepReads;
  /** When the request ended. */
  ended: number | undefined;
}

export class RequestLanes {
  readonly totals = { requests: 0, inFlight: 0, mixedUp: 0 };
  readonly #lanes: (Lane | undefined)[] = Array.from({ length: LANES });

  recorder(id: number, user: string | undefined): RequestRecorder {
    const { totals } = this;
    const lane: Lane = { id, user: user ?? null, reads: [], ended: undefined };
    const verify = (read: IdRead) => {
      if (read !== id) totals.mixedUp++;
    };
    return {
      reads: lane.reads,
      verify,
      begin: () => {
        totals.requests++;
        totals.inFlight++;
        this.#show(lane);
      },
      record: (step, read) => {
        verify(read);
        lane.reads.push([step, read ?? null]);
      },
      end: () => {
        totals.inFlight--;
        lane.ended = Date.now();
      },
    };
  }

  /** All that a page needs to know, as JSON. */
  snapshot(): string {
    const lanes = this.#lanes.map((lane) =>
      lane && !isOver(lane)
        ? { id: lane.id, user: lane.user, reads: lane.reads.map(([, read]) => read), done: lane.ended !== undefined }
        : null,
    );
    return JSON.stringify({ ...this.totals, steps: stepNames, lanes });
  }

  #show(lane: Lane): void {
    const free = this.#lanes.findIndex((taken) => !taken || isOver(taken));
    if (free !== -1) this.#lanes[free] = lane;
  }
}

function isOver({ ended }: Lane): boolean {
  return ended !== undefined && Date.now() - ended > LINGER_MS;
}
