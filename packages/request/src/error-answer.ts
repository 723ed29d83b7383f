/** What a client is told where its session could not be loaded or saved. What went wrong inside is for the log. */
import { RequestError } from './errors.js';
import type { NodeResponse } from './node-exchange.js';

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

/** Answers in place of what the handler has set. */
export function answerError(response: NodeResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  // The handler's own reason would stand beside our status; http2 has none.
  if (!('stream' in response)) response.statusMessage = '';
  response.statusCode = errorStatus(error);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(errorText(error));
}
