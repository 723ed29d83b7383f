/**
 * Server-sent events for every open page, up to ten a second. Each event is a complete snapshot rather than a change to
 * the one before. A slow page therefore skips snapshots: none is queued for it, and it needs none of those that it
 * missed.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http';

const INTERVAL_MS = 100;
const MAX_PAGES = 32;
/** A page that has read nothing for this many intervals is disconnected. If it is still open, it reconnects. */
const MAX_MISSED = 100;

interface Page {
  lastSent: string;
  missed: number;
}

export class SnapshotStream {
  readonly #snapshot: () => string;
  readonly #pages = new Map<ServerResponse, Page>();
  #timer: NodeJS.Timeout | undefined;

  constructor(snapshot: () => string) {
    this.#snapshot = snapshot;
  }

  /** Sends the current snapshot, and then each one that differs from the last, until the page disconnects. */
  add(response: ServerResponse): void {
    if (this.#pages.size === MAX_PAGES) {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('Too many pages are open. Close some of them.\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#pages.set(response, { lastSent: '', missed: 0 });
    response.once('close', () => this.#remove(response));
    this.#timer ??= setInterval(() => this.#send(), INTERVAL_MS);
    this.#send();
  }

  get pageCount(): number {
    return this.#pages.size;
  }

  close(): void {
    for (const response of this.#pages.keys()) response.end();
  }

  #send(): void {
    const snapshot = this.#snapshot();
    for (const [response, page] of this.#pages) {
      if (response.writableNeedDrain) {
        if (++page.missed === MAX_MISSED) response.destroy();
      } else if (page.lastSent !== snapshot) {
        page.missed = 0;
        page.lastSent = snapshot;
        response.write(`data: ${snapshot}\n\n`);
      }
    }
  }

  #remove(response: ServerResponse): void {
    this.#pages.delete(response);
    if (this.#pages.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
