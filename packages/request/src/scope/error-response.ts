/**
 * The response to a request whose session could not be loaded or saved, the same for every kind of server. It states
 * what the client should do. The details are written to the log.
 */
import { RequestError } from '../errors.js';

/** The HTTP status of the response: that of the error's code, 500 for an error of any other kind. */
export function errorResponseStatus(error: unknown): number {
  return error instanceof RequestError ? error.status : 500;
}

/** The body of the response, as `text/plain; charset=utf-8`. */
export function errorResponseText(error: unknown): string {
  if (error instanceof RequestError && error.code === 'ERR_SESSION_GONE') {
    return 'The session was ended while this request was in progress. Send the request again.\n';
  }
  if (error instanceof RequestError && error.code === 'ERR_SESSION_STORE') {
    return 'The session could not be reached. Try again later.\n';
  }
  if (error instanceof RequestError && error.code === 'ERR_CROSS_ORIGIN') {
    return 'Another site sent this request, so it was refused.\n';
  }
  return 'The response could not be sent.\n';
}
