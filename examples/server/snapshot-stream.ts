/**
 * Server-sent events, ten a second, to every page that is open. Each event is the whole picture and not a change to the
 * one before. So a page that is slow just misses some: nothing is ever queued for it, and it needs none of them again.
 */
import type { ServerResponse } from 'node:http';

const INTERVAL_MS = 100;
const MOST_PAGES = 32;
/** A page that has read nothing for so many intervals is gone, and may come back by itself. */
const PATIENCE = 100;

interface Page {
  last: string;
  missed: number;
}

export class SnapshotStream {
  readonly #snapshot: () => string;
  readonly #pages = new Map<ServerResponse, Page>();
  #timer: NodeJS.Timeout | undefined;

  constructor(snapshot: () => string) {
    this.#snapshot = snapshot;
  }

  /** Sends what there is, and then what changes, until the page goes away. */
  add(response: ServerResponse): void {
    if (this.#pages.size === MOST_PAGES) {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('Too many pages are open.\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#pages.set(response, { last: '', missed: 0 });
    response.once('close', () => this.#remove(response));
    this.#timer ??= setInterval(() => this.#send(), INTERVAL_MS);
    this.#send();
  }

  /** How many pages are open. */
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
        if (++page.missed === PATIENCE) response.destroy();
      } else if (page.last !== snapshot) {
        page.missed = 0;
        page.last = snapshot;
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
