/** Responses that state why a request failed: a page for a browser that navigates, otherwise a line of text. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeHtml, pageHeaders, renderPage } from './page-template.js';

export interface ErrorContent {
  readonly status: number;
  /** The heading of the page. */
  readonly title: string;
  /** Plain text: why the request failed. */
  readonly reason: string;
  /** Plain text: what to do about it. */
  readonly remedy: string;
}

export function sendError(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { status, title, reason, remedy }: ErrorContent,
): void {
  // Scripts, programs and curl accept anything. Only a browser that navigates lists HTML.
  if (headers.accept?.includes('text/html')) {
    // The paths that a remedy names become links.
    const remedyHtml = escapeHtml(remedy).replace(/(?<= )\/[a-z/]*/g, '<a href="$&">$&</a>');
    const main = `<h1>${escapeHtml(title)}</h1>\n<p class="lead">${escapeHtml(reason)} ${remedyHtml}</p>`;
    response.writeHead(status, pageHeaders).end(renderPage({ title, main }));
    return;
  }
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason} ${remedy}\n`);
}
