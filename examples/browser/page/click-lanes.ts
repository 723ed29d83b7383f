/**
 * The state of one mode on the page: a lane for each recent click, and how many steps read which user. The number of
 * lanes is fixed. A new click takes the lane of its user's oldest click. The flow that had the lane continues, and its
 * reads are still counted.
 */
import type { FlowMessage } from '../flow/messages.js';
import { type StepName, stepNames } from '../flow/order-steps.js';

export const users = ['user 1', 'user 2'] as const;

export type User = (typeof users)[number];

export const LANES_PER_USER = 4;

export interface Lane {
  readonly user: User;
  readonly isRunning: boolean;
  /** The user that each step read, in the order of the steps. */
  readonly reads: readonly (string | undefined)[];
}

/** Draws lanes. */
export interface LaneView {
  show(index: number, lane: Lane): void;
}

interface Flow {
  readonly user: User;
  readonly laneIndex: number;
  readonly reads: (string | undefined)[];
}

export class ClickLanes {
  readonly counts = { steps: 0, mixedUp: 0 };
  readonly #views: readonly LaneView[];
  readonly #flows = new Map<number, Flow>();
  /** The id of the flow that is shown in each lane. */
  readonly #shownFlowIds: number[] = [];

  constructor(views: readonly LaneView[]) {
    this.#views = views;
  }

  /** @param previousClicks how many clicks of this user came before this one */
  begin(flowId: number, user: User, previousClicks: number): void {
    const laneIndex = users.indexOf(user) * LANES_PER_USER + (previousClicks % LANES_PER_USER);
    this.#flows.set(flowId, { user, laneIndex, reads: [] });
    this.#shownFlowIds[laneIndex] = flowId;
    this.#show(flowId, true);
  }

  handleMessage(message: FlowMessage): void {
    if (message.kind === 'read') {
      this.#recordRead(message.flowId, message.step, message.user);
      return;
    }
    this.#show(message.flowId, false);
    this.#flows.delete(message.flowId);
  }

  #recordRead(flowId: number, step: StepName, user: string | undefined): void {
    const flow = this.#flows.get(flowId);
    if (flow === undefined) return;
    flow.reads[stepNames.indexOf(step)] = user;
    this.counts.steps++;
    if (user !== flow.user) this.counts.mixedUp++;
    this.#show(flowId, true);
  }

  #show(flowId: number, isRunning: boolean): void {
    const flow = this.#flows.get(flowId);
    if (flow === undefined || this.#shownFlowIds[flow.laneIndex] !== flowId) return;
    for (const view of this.#views) view.show(flow.laneIndex, { ...flow, isRunning });
  }
}
