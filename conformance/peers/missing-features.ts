/**
 * What a peer does not have is absent, and no failure: the table says of a peer what it does, not that its API is
 * another one.
 */
import { Absent } from '../features.js';

/** Called where a case uses what the peer does not have. */
export function lacks(what: string): never {
  throw new Absent(`has no ${what}`);
}

/** Node's AsyncResource, for a peer that has none. */
export class NoAsyncResource {
  constructor() {
    lacks('AsyncResource');
  }

  static bind(): never {
    lacks('AsyncResource');
  }
}
