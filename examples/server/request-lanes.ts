/**
 * The data that the live page shows: the totals, and a lane for each of up to 20 requests. The number of lanes is
 * fixed, so memory does not grow: a request that finds no free lane is counted but not shown. A finished request keeps
 * its lane for 1.2 seconds, or until a new request needs it, because most requests end too quickly to be seen.
 *
 * A lane belongs to the id that its request was assigned on arrival. The recorder of the request holds that id in a
 * plain variable, which no storage can change, so it detects every read that differs.
 */
import type { IdRead } from './async-steps.js';
import { type StepName, stepNames } from './request-work.js';

export const LANES = 20;
const LINGER_MS = 1200;

/** The value that each step read, in order; null if the storage held no id. */
export type StepReads = [step: StepName, read: number | null][];

/** Records one request, and compares each read with the id that the request was assigned on arrival. */
export interface RequestRecorder {
  readonly reads: Readonly<StepReads>;
  /** Counts the request and shows it in a free lane. */
  begin(): void;
  /** Verifies the read of a step and adds it to the lane. */
  record(step: StepName, read: IdRead): void;
  end(): void;
  /** Counts the read as mixed up if it differs from the request's own id. */
  countIfMixedUp(read: IdRead): void;
}

interface Lane {
  readonly id: number;
  /** The user who was signed in when the request arrived. */
  readonly user: string | null;
  readonly reads: StepReads;
  /** When the request ended, in milliseconds since the epoch; undefined while it is in flight. */
  endedAt: number | undefined;
}

export class RequestLanes {
  readonly totals = { requests: 0, inFlight: 0, mixedUp: 0 };
  readonly #lanes: (Lane | undefined)[] = Array.from({ length: LANES });

  createRecorder(id: number, user: string | undefined): RequestRecorder {
    const { totals } = this;
    const lane: Lane = { id, user: user ?? null, reads: [], endedAt: undefined };
    const countIfMixedUp = (read: IdRead) => {
      if (read !== id) totals.mixedUp++;
    };
    return {
      reads: lane.reads,
      countIfMixedUp,
      begin: () => {
        totals.requests++;
        totals.inFlight++;
        this.#show(lane);
      },
      record: (step, read) => {
        countIfMixedUp(read);
        lane.reads.push([step, read ?? null]);
      },
      end: () => {
        totals.inFlight--;
        lane.endedAt = Date.now();
      },
    };
  }

  /** @returns everything that the page shows, as JSON */
  snapshot(): string {
    const lanes = this.#lanes.map((lane) =>
      lane && !isFree(lane)
        ? { id: lane.id, user: lane.user, reads: lane.reads.map(([, read]) => read), done: lane.endedAt !== undefined }
        : null,
    );
    return JSON.stringify({ ...this.totals, steps: stepNames, lanes });
  }

  #show(lane: Lane): void {
    let index = this.#lanes.findIndex(isFree);
    if (index === -1) index = this.#lanes.findIndex((other) => other?.endedAt !== undefined);
    if (index !== -1) this.#lanes[index] = lane;
  }
}

/** A lane is free if it was never used, or if its request ended long enough ago. */
function isFree(lane: Lane | undefined): boolean {
  return lane === undefined || (lane.endedAt !== undefined && Date.now() - lane.endedAt > LINGER_MS);
}
