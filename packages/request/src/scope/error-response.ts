/** What a client is told where its session could not be loaded or saved. What went wrong inside is for the log. */
import { RequestError } from '../errors.js';

export function errorStatus(error: unknown): number {
  return error instanceof RequestError ? error.status : 500;
}

export function errorText(error: unknown): string {
  if (error instanceof RequestError && error.code === 'ERR_SESSION_GONE') {
    return 'The session was ended while this request was under way. Send it again.\n';
  }
  if (error instanceof RequestError && error.code === 'ERR_SESSION_STORE') {
    return 'The session could not be reached. Try again later.\n';
  }
  return 'The answer could not be sent.\n';
}
