/**
 * The features that a peer does not have. A case that uses one is absent rather than failed: the tables compare the
 * behavior of the peers, not the size of their APIs.
 */
import { AbsentFeatureError } from '../features.js';

/** Called where a case uses a feature that the peer does not have. */
export function throwMissing(feature: string): never {
  throw new AbsentFeatureError(`has no ${feature}`);
}

/** Replaces Node's AsyncResource in a peer that has none. */
export class MissingAsyncResource {
  constructor() {
    throwMissing('AsyncResource');
  }

  static bind(): never {
    throwMissing('AsyncResource');
  }
}
