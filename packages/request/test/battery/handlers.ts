/** What the handlers of the battery's servers do, for any framework on any runtime. */
import { getRequestScope, tryGetRequestScope } from '@throughline/request';
import type { Note } from './recorded-reads.js';

const CHUNKS = 24;
/** Above what any of the frameworks holds back before it has a writer wait. */
const CHUNK_BYTES = 1 << 17;
const EVENTS = 5;

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** Suspends in the ways that handlers do. */
export async function steps(note: Note): Promise<void> {
  note('start');
  await undefined;
  note('after await');
  await turn();
  note('after a timer');
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  note('after a microtask');
}

/** A `Promise.race` that the timeout wins, and one that it loses. */
export async function race(note: Note): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = (milliseconds: number) =>
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        note('timeout');
        reject(new Error('too slow'));
      }, milliseconds);
    });
  await Promise.race([new Promise(() => {}), timeout(2)]).catch(() => note('after a lost race'));
  const won = turn();
  await Promise.race([won, timeout(60_000)]).finally(() => clearTimeout(timer));
  note('after a won race');
}

/** What `GET /scope` and `GET /mounted/scope` answer. */
export function scopeText(): string {
  const scope = tryGetRequestScope();
  return JSON.stringify({ id: scope?.id ?? null, method: scope?.method ?? null, path: scope?.path ?? null });
}

/**
 * What is done with a body that a parser of the framework has read.
 * @param text the field `text` of it, or what was in the uploaded file
 * @returns the answer
 */
export async function received(note: Note, text: string | undefined): Promise<string> {
  note('after the parser');
  await steps(note);
  return JSON.stringify({ length: text?.length ?? null });
}

/** Reads in the listener of the scope's signal, as the step `signal` with the name of the reason. */
export function watchSignal(note: Note): void {
  const { signal } = getRequestScope();
  signal.addEventListener('abort', () => note(`signal ${signal.reason.name}`), { once: true });
}

/** What `GET /deadline` answers, with status 503: the reason that the scope's signal has aborted for. */
export async function untilDeadline(note: Note): Promise<string> {
  watchSignal(note);
  const { signal } = getRequestScope();
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  note('after the deadline');
  return signal.reason.name;
}

/** The pieces of `GET /stream`, each made in a turn of its own. */
export async function* chunks(note: Note): AsyncGenerator<Uint8Array, void, undefined> {
  for (let index = 0; index < CHUNKS; index++) {
    await turn();
    note('chunk');
    yield new Uint8Array(CHUNK_BYTES).fill(97);
  }
}

/** How long the answer to `GET /stream` is. */
export const STREAM_BYTES = CHUNKS * CHUNK_BYTES;

/** The pieces of `GET /events`: server-sent events that say what was read. */
export async function* events(note: Note): AsyncGenerator<string, void, undefined> {
  for (let index = 0; index < EVENTS; index++) {
    await turn();
    note('event');
    yield `data: ${tryGetRequestScope()?.id ?? 'none'}\n\n`;
  }
}

export const EVENT_COUNT = EVENTS;

/** The pieces of `GET /endless`: as many as it takes until the scope's signal aborts. */
export async function* endless(note: Note): AsyncGenerator<string, void, undefined> {
  watchSignal(note);
  const { signal } = getRequestScope();
  try {
    while (!signal.aborted) {
      await turn();
      note('chunk');
      yield 'more\n';
    }
  } finally {
    // A stream made of this may end it at a yield.
    note('after the abort');
  }
}

/** What a WebSocket answers to a message. */
export function socketText(): string {
  return tryGetRequestScope()?.id ?? 'none';
}

/** What the handler of `GET /rejects` does. */
export async function rejects(note: Note): Promise<never> {
  await steps(note);
  throw new Error('rejected');
}
