/** The streams of a program, which knows of them only that its callbacks are called. */
import { pipeline as pipelineWithCallback, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CHUNKS = ['x', 'y'];

/** Made of an async generator that does the work for each chunk. */
export function readableOf(work: () => Promise<unknown>): Readable {
  async function* chunks(): AsyncGenerator<string, void, void> {
    for (const chunk of CHUNKS) {
      await work();
      yield chunk;
    }
  }
  return Readable.from(chunks());
}

/** A chunk for whatever is yielded: a Readable ends at `null` and refuses `undefined`. */
export function readableFrom(source: AsyncIterable<unknown>): Readable {
  async function* chunks(): AsyncGenerator<string, void, void> {
    for await (const _ of source) yield 'x';
  }
  return Readable.from(chunks());
}

/** Ends when the Readable is closed. */
export function listenToReadable({ data, end }: { data: () => void; end: () => void }): Promise<void> {
  return new Promise((resolve) => {
    Readable.from(CHUNKS).on('data', data).on('end', end).on('close', resolve);
  });
}

/** From the Readable through a Transform to a Writable. `done` is called by the API with a callback only. */
export function runPipeline(
  api: 'promise' | 'callback',
  readable: Readable,
  { transform, sink, done }: { transform: () => void; sink: () => void; done: () => void },
): Promise<void> {
  const streams = [
    readable,
    new Transform({ objectMode: true, transform: (chunk, _encoding, next) => callBack(transform, next, chunk) }),
    new Writable({ objectMode: true, write: (_chunk, _encoding, next) => callBack(sink, next) }),
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

function callBack(work: () => void, next: (error?: Error | null, chunk?: unknown) => void, chunk?: unknown): void {
  try {
    work();
  } catch (error) {
    next(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  next(null, chunk);
}
