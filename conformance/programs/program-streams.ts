/** The streams of programs. A stream calls the callbacks of the program, which do not depend on the chunks. */
import { pipeline as pipelineWithCallback, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CHUNKS = ['x', 'y'];

/** Returns a Readable whose source is an async generator that calls `work` before each chunk. */
export function readableFromWork(work: () => Promise<unknown>): Readable {
  async function* chunks(): AsyncGenerator<string, void, void> {
    for (const chunk of CHUNKS) {
      await work();
      yield chunk;
    }
  }
  return Readable.from(chunks());
}

/**
 * Returns a Readable with one chunk per item. The items cannot be chunks: `null` ends a Readable and `undefined` is
 * refused.
 */
export function readableFromIterable(source: AsyncIterable<unknown>): Readable {
  async function* chunks(): AsyncGenerator<string, void, void> {
    for await (const _ of source) yield 'x';
  }
  return Readable.from(chunks());
}

/** Adds listeners to a Readable, and resolves when it is closed. */
export function listenToReadable({ data, end }: { data: () => void; end: () => void }): Promise<void> {
  return new Promise((resolve) => {
    Readable.from(CHUNKS).on('data', data).on('end', end).on('close', resolve);
  });
}

/** Pipes a Readable through a Transform to a Writable. Only the callback API calls `done`. */
export function runPipeline(
  api: 'promise' | 'callback',
  readable: Readable,
  { transform, sink, done }: { transform: () => void; sink: () => void; done: () => void },
): Promise<void> {
  const streams = [
    readable,
    new Transform({ objectMode: true, transform: (chunk, _encoding, next) => callThenNext(transform, next, chunk) }),
    new Writable({ objectMode: true, write: (_chunk, _encoding, next) => callThenNext(sink, next) }),
  ] as const;
  if (api === 'promise') return pipeline(...streams);
  return new Promise((resolve, reject) => {
    pipelineWithCallback(...streams, (error: Error | null | undefined) => {
      done();
      if (error) reject(error);
      else resolve();
    });
  });
}

function callThenNext(
  callback: () => void,
  next: (error?: Error | null, chunk?: unknown) => void,
  chunk?: unknown,
): void {
  try {
    callback();
  } catch (error) {
    next(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  next(null, chunk);
}
