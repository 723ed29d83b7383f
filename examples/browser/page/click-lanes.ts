/**
 * What the page knows of one mode: a lane for each of the last clicks, and how many steps have read whom. The number of
 * lanes is fixed. A click takes that of its user's oldest click; the flow which had it goes on, and is counted.
 */
import { type FlowMessage, type StepName, stepNames } from '../flow/messages.js';

export const users = ['user 1', 'user 2'] as const;

export type User = (typeof users)[number];

export const LANES_PER_USER = 4;

export interface Lane {
  readonly user: User;
  readonly isRunning: boolean;
  /** In the order of the steps. */
  readonly reads: readonly (string | undefined)[];
}

/** Draws lanes. */
export interface LaneView {
  show(index: number, lane: Lane): void;
}

interface Flow {
  readonly user: User;
  readonly index: number;
  readonly reads: (string | undefined)[];
}

export class ClickLanes {
  readonly counts = { steps: 0, mixedUp: 0 };
  readonly #views: readonly LaneView[];
  readonly #flows = new Map<number, Flow>();
  /** The flow that has each lane. */
  readonly #holders: number[] = [];

  constructor(views: readonly LaneView[]) {
    this.#views = views;
  }

  /** @param nth how many clicks of this user came before */
  begin(flow: number, user: User, nth: number): void {
    const index = users.indexOf(user) * LANES_PER_USER + (nth % LANES_PER_USER);
    this.#flows.set(flow, { user, index, reads: [] });
    this.#holders[index] = flow;
    this.#show(flow, true);
  }

  hear(news: FlowMessage): void {
    if (news.kind === 'read') {
      this.#read(news.flow, news.step, news.read);
      return;
    }
    this.#show(news.flow, false);
    this.#flows.delete(news.flow);
  }

  #read(flow: number, step: StepName, read: string | undefined): void {
    const known = this.#flows.get(flow);
    if (known === undefined) return;
    known.reads[stepNames.indexOf(step)] = read;
    this.counts.steps++;
    if (read !== known.user) this.counts.mixedUp++;
    this.#show(flow, true);
  }

  #show(flow: number, isRunning: boolean): void {
    const known = this.#flows.get(flow);
    if (known === undefined || this.#holders[known.index] !== flow) return;
    for (const view of this.#views) view.show(known.index, { ...known, isRunning });
  }
}
