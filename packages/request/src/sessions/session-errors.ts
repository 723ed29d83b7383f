/** The errors that a session throws, and how they are written to the log. */
import { RequestError } from '../errors.js';
import { textOf } from '../scope/text-of.js';

/** The session has ended, so there is nothing left that the changes could be applied to. */
export function goneError(): RequestError {
  return new RequestError(
    'ERR_SESSION_GONE',
    'The session has expired, or was ended or given a new id by another request while this one was in progress, so the ' +
      'changes of this request were not saved. The client may send the request again.',
  );
}

/**
 * The session needs a new cookie, but the response headers have been sent.
 * @param action what the session cannot do, as in "cannot begin"
 */
export function tooLateError(action: string): RequestError {
  return new RequestError(
    'ERR_SESSION_TOO_LATE',
    `The session cannot ${action} here: the response headers have been sent, and a cookie can no longer be set. ` +
      'Write to the session before the response begins.',
  );
}

/**
 * The store has failed. The cause is for the log: frameworks show messages to clients.
 * @param cause what the store threw, or what the session library passed to its callback
 */
export function storeError(cause: unknown): RequestError {
  return new RequestError('ERR_SESSION_STORE', 'The store of the sessions has failed.', { cause });
}

/** @param attempts how often this request tried to save the session */
export function conflictError(attempts: number): RequestError {
  return new RequestError(
    'ERR_SESSION_STORE',
    `Other requests changed a session ${attempts} times before this one could save it.`,
  );
}

/** An error and its cause, for the log. */
export function describeError(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${textOf(() => error.cause)})` : '';
  return `${textOf(() => error)}${cause}`;
}

/** Whether an error says that the store has failed. */
export function isStoreError(error: unknown): boolean {
  return error instanceof RequestError && error.code === 'ERR_SESSION_STORE';
}
