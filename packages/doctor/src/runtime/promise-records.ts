/**
 * What the doctor remembers of a promise, in a private field of the promise itself. Reflection does not show the field,
 * it costs less than an entry of a weak map, and it is collected with the promise.
 */

import { ExistingObject } from './existing-object.js';
import { windowOfNow } from './promise-windows.js';
import type { Trail } from './read-trails.js';
import type { Scope } from './scope.js';

/** A flow that waits for a promise. */
export interface Waiting {
  readonly scope: Scope;
  readonly since: number;
  isCounted: boolean;
}

export class PromiseRecord {
  /** The scope in which the promise was made; undefined in no flow. */
  readonly scope: Scope | undefined;
  /** The time from which a read can belong to the work that settles it. */
  readonly since: number;
  /** The promise whose reaction this one is, until the reaction runs. */
  parent: PromiseRecord | undefined;
  /** The reads behind the job that registered this reaction, as far as no frame carries them. */
  readonly inherited: Trail | undefined;
  isSettled = false;
  readonly window = windowOfNow();
  /** The reads behind its settling, and the scope in which it was settled. */
  settled: Trail | undefined;
  settledIn: Scope | undefined;
  /** Whether code in no flow waits for it, such as what has called `run()`. */
  isAwaitedOutside = false;
  /** The flows that wait for it. */
  waiting: Waiting[] | undefined;

  constructor(
    scope: Scope | undefined,
    since: number,
    parent: PromiseRecord | undefined,
    inherited: Trail | undefined,
  ) {
    this.scope = scope;
    this.since = since;
    this.parent = parent;
    this.inherited = inherited;
  }
}

class Recorded extends ExistingObject {
  readonly #record: PromiseRecord;

  constructor(promise: object, record: PromiseRecord) {
    super(promise);
    this.#record = record;
  }

  /** The record of a promise that was made in this window. */
  static recordOf(promise: object): PromiseRecord | undefined {
    if (!(#record in promise)) return undefined;
    return promise.#record.window === windowOfNow() ? promise.#record : undefined;
  }
}

/** Each promise can have one record. */
export function recordPromise(promise: object, record: PromiseRecord): void {
  new Recorded(promise, record);
}

export const { recordOf } = Recorded;
