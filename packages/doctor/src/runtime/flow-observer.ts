/** What the inspector of flows is told while it is on. Without it, each of these events costs one comparison. */
import type { Scope, Storage } from './scope.js';

export interface FlowObserver {
  /** `run()` or `enterWith()` has opened a scope, which holds a value. */
  opened(scope: Scope, storage: Storage): void;
  /** The function that `run()` was given has returned, or has thrown. */
  returned(scope: Scope): void;
  /**
   * Something was found while a scope was current.
   * @param scope the scope of the flow that it concerns
   * @param record the record from which the finding is described
   */
  found(scope: Scope | undefined, record: object): void;
}

/** Undefined while no inspector is on. */
export let flowObserver: FlowObserver | undefined;

export function observeFlows(observer: FlowObserver | undefined): void {
  flowObserver = observer;
}
