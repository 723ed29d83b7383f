/**
 * Sends snapshots to the pages that are open, twice a second, as server-sent events, and less often if they take long. Each
 * is complete, so a slow page skips some. Pages with the same filter share a snapshot.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http';
import { clearInterval, currentTime, setInterval } from '../runtime/real-time.js';
import { ALL_FLOWS, type FlowFilter, parseFilter } from './flow-filter.js';
import { holdRecording } from './recording-lease.js';
import { takeSnapshot } from './take-snapshot.js';

/** Milliseconds between two snapshots. */
const INTERVAL = 500;
/** Snapshots take at most this part of the time, unless they would come more than so many milliseconds apart. */
const PART_OF_TIME = 0.01;
const MAXIMUM_INTERVAL = 2000;
export const MAXIMUM_PAGES = 16;
/** A page that has read nothing for this many intervals is disconnected. If it is still open, it connects again. */
const MAXIMUM_SKIPPED = 60;

interface OpenPage {
  /** The filter as the page has sent it, which is the key of a shared snapshot. */
  readonly query: string;
  readonly filter: FlowFilter;
  /** A page that is paused receives nothing, but waits are still recorded for it. */
  readonly isPaused: boolean;
  readonly release: () => void;
  skipped: number;
}

export class FlowStream {
  readonly #pages = new Map<ServerResponse, OpenPage>();
  #timer: NodeJS.Timeout | undefined;
  /** When the next snapshots are due. */
  #due = 0;

  /** @returns false if there are too many pages */
  add(response: ServerResponse, parameters: URLSearchParams): boolean {
    if (this.#pages.size >= MAXIMUM_PAGES) return false;
    const isPaused = parameters.has('paused');
    parameters.delete('paused');
    const query = parameters.toString();
    const page = {
      query,
      filter: query === '' ? ALL_FLOWS : parseFilter(parameters),
      isPaused,
      release: holdRecording(),
      skipped: 0,
    };
    this.#pages.set(response, page);
    response.once('close', () => this.#remove(response));
    this.#timer ??= setInterval(() => this.#sendAll(), INTERVAL).unref();
    response.flushHeaders();
    if (!isPaused) this.#send(response, page, new Map());
    return true;
  }

  close(): void {
    for (const response of this.#pages.keys()) response.destroy();
  }

  #sendAll(): void {
    const start = currentTime();
    if (start < this.#due) return;
    const snapshots = new Map<string, string>();
    for (const [response, page] of this.#pages) {
      if (response.writableNeedDrain) {
        if (++page.skipped >= MAXIMUM_SKIPPED) response.destroy();
      } else {
        page.skipped = 0;
        if (!page.isPaused) this.#send(response, page, snapshots);
      }
    }
    const taken = currentTime() - start;
    // The timer is not exact.
    this.#due = start + Math.min(taken / PART_OF_TIME, MAXIMUM_INTERVAL) - INTERVAL / 2;
  }

  #send(response: ServerResponse, { query, filter }: OpenPage, snapshots: Map<string, string>): void {
    let snapshot = snapshots.get(query);
    if (snapshot === undefined) {
      snapshot = JSON.stringify(takeSnapshot(filter));
      snapshots.set(query, snapshot);
    }
    response.write(`data: ${snapshot}\n\n`);
  }

  #remove(response: ServerResponse): void {
    this.#pages.get(response)?.release();
    this.#pages.delete(response);
    if (this.#pages.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
