import { errorStatus, errorText } from '../scope/error-response.js';
import type { NodeResponse } from './request-response.js';

/** Answers in place of what the handler has set. */
export function sendErrorResponse(response: NodeResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  // The handler's own reason would stand beside our status; http2 has none.
  if (!('stream' in response)) response.statusMessage = '';
  response.statusCode = errorStatus(error);
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(errorText(error));
}
