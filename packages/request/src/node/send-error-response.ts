/** Responds with an error on a response of Node. */
import { errorResponseStatus, errorResponseText } from '../scope/error-response.js';
import type { NodeResponse } from './request-response.js';

/**
 * Responds with an error in place of what the handler has set. Does nothing once the headers have been sent.
 * @param addHeaders sets headers that the error response needs too
 */
export function sendErrorResponse(response: NodeResponse, error: unknown, addHeaders?: () => void): void {
  if (response.headersSent || response.destroyed) return;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  // A reason phrase of the handler would not fit the new status. An http2 response has none.
  if (!('stream' in response)) response.statusMessage = '';
  response.statusCode = errorResponseStatus(error);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  addHeaders?.();
  response.end(errorResponseText(error));
}
