/** The parts of the battery's route handlers that are the same in every framework and on every runtime. */
import { getRequestScope, tryGetRequestScope } from '@throughline/request';
import type { Recorder } from './recorded-reads.js';

const CHUNK_COUNT = 24;
/** Above the high-water mark of every framework, so that a writer must wait for `drain`. */
const CHUNK_BYTES = 1 << 17;

/** The length of the response to `GET /stream`, in bytes. */
export const STREAM_BYTES = CHUNK_COUNT * CHUNK_BYTES;

/** The number of events in the response to `GET /events`. */
export const EVENT_COUNT = 5;

const nextTimer = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** Suspends for a promise, a timer and a microtask, and reads the scope after each of them. */
export async function readAcrossAwaits(record: Recorder): Promise<void> {
  record('start');
  await undefined;
  record('after await');
  await nextTimer();
  record('after a timer');
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  record('after a microtask');
}

/** Runs a `Promise.race()` that the timeout wins, and one that the timeout loses. */
export async function readAcrossRaces(record: Recorder): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = (milliseconds: number) =>
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        record('timeout');
        reject(new Error('too slow'));
      }, milliseconds);
    });
  await Promise.race([new Promise(() => {}), timeout(2)]).catch(() => record('after a lost race'));
  const winner = nextTimer();
  await Promise.race([winner, timeout(60_000)]).finally(() => clearTimeout(timer));
  record('after a won race');
}

/** The body of the response to `GET /scope` and `GET /mounted/scope`. */
export function scopeJson(): string {
  const scope = tryGetRequestScope();
  return JSON.stringify({ id: scope?.id ?? null, method: scope?.method ?? null, path: scope?.path ?? null });
}

/**
 * Handles a body that a parser of the framework has read.
 * @param text the field `text` of the body, or the content of the uploaded file
 * @returns the body of the response
 */
export async function handleParsedBody(record: Recorder, text: string | undefined): Promise<string> {
  record('after the parser');
  await readAcrossAwaits(record);
  return JSON.stringify({ length: text?.length ?? null });
}

/** Records the abort of the scope's signal at the checkpoint `signal <name of the reason>`. */
export function recordAbort(record: Recorder): void {
  const { signal } = getRequestScope();
  whenAborted(signal, () => record(`signal ${signal.reason.name}`));
}

/**
 * Calls back when a signal aborts, or immediately if it has aborted. On a busy machine, the deadline can pass before
 * the handler runs, and the event will not be dispatched again.
 */
function whenAborted(signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, { once: true });
}

/**
 * Waits until the scope's signal aborts.
 * @returns the body of the response to `GET /deadline`, whose status is 503: the name of the reason
 */
export async function waitForDeadline(record: Recorder): Promise<string> {
  recordAbort(record);
  const { signal } = getRequestScope();
  await new Promise<void>((resolve) => whenAborted(signal, resolve));
  record('after the deadline');
  return signal.reason.name;
}

/** The chunks of the response to `GET /stream`, each produced after a timer. */
export async function* streamedChunks(record: Recorder): AsyncGenerator<Uint8Array, void, undefined> {
  for (let index = 0; index < CHUNK_COUNT; index++) {
    await nextTimer();
    record('chunk');
    yield new Uint8Array(CHUNK_BYTES).fill(97);
  }
}

/** The chunks of the response to `GET /events`: server-sent events whose data is the id of the current scope. */
export async function* serverSentEvents(record: Recorder): AsyncGenerator<string, void, undefined> {
  for (let index = 0; index < EVENT_COUNT; index++) {
    await nextTimer();
    record('event');
    yield `data: ${scopeIdText()}\n\n`;
  }
}

/** The chunks of the response to `GET /endless`, which end only when the scope's signal aborts. */
export async function* endlessChunks(record: Recorder): AsyncGenerator<string, void, undefined> {
  recordAbort(record);
  const { signal } = getRequestScope();
  try {
    while (!signal.aborted) {
      await nextTimer();
      record('chunk');
      yield 'more\n';
    }
  } finally {
    // A stream created from this generator may return it at a `yield`.
    record('after the abort');
  }
}

/** The reply of a WebSocket to a message: the id of the current scope, or `none`. */
export function scopeIdText(): string {
  return tryGetRequestScope()?.id ?? 'none';
}

/** The handler of `GET /rejects`. */
export async function rejectAfterAwaits(record: Recorder): Promise<never> {
  await readAcrossAwaits(record);
  throw new Error('rejected');
}
