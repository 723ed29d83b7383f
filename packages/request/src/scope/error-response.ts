/**
 * The response to a request whose session could not be loaded or saved, or whose listener failed, the same for every
 * kind of server. It states what the client should do. The details are written to the log.
 */
import { RequestError } from '../errors.js';

/** The HTTP status of the response: the status that the error carries, otherwise 500. */
export function errorResponseStatus(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  const { status, statusCode = status } = error as { status?: unknown; statusCode?: unknown };
  return Number.isInteger(statusCode) && Number(statusCode) >= 400 && Number(statusCode) <= 599
    ? Number(statusCode)
    : 500;
}

/**
 * The body of the response, as `text/plain; charset=utf-8`. The message of an error is shown only if the error says so,
 * as those of the package `http-errors` do.
 */
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
  const isExposed = error instanceof Error && 'expose' in error && error.expose === true;
  if (isExposed && typeof error.message === 'string') return `${error.message}\n`;
  return 'The response could not be sent.\n';
}
