import { RequestError } from '../errors.js';
import type { Sessions } from './session.js';

/** What every adapter takes. */
export interface RequestScopeOptions {
  /**
   * Whether a request keeps the id that it brings in `x-request-id`. Only where the clients are servers of your own or a
   * proxy writes that header: whoever may choose an id may choose another request's. An id that is not safe (more than
   * 128 characters, or others than letters, digits and `_ . : @ / + = -`) is replaced all the same. Default: false.
   */
  trustRequestId?: boolean;

  /** Milliseconds from the start of a request until its `signal` aborts with a `TimeoutError`. Default: never. */
  deadline?: number;

  /** Where `session()` reads and writes, made by `sessions()` of `@throughline/request/sessions`. */
  session?: Sessions;
}

/** @throws ERR_INVALID_OPTION where an option is not what it must be; called once, where an adapter is mounted */
export function checkScopeOptions({ trustRequestId, deadline }: RequestScopeOptions): void {
  if (trustRequestId !== undefined && typeof trustRequestId !== 'boolean') {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `trustRequestId must be true or false, not ${String(trustRequestId)}.`,
    );
  }
  if (deadline !== undefined && !(typeof deadline === 'number' && deadline > 0 && deadline <= 2 ** 31 - 1)) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `deadline must be a number of milliseconds above 0, at most 2147483647, not ${String(deadline)}.`,
    );
  }
}
