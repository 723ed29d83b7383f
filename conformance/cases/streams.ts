import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, iterableWebStreams } from '../features.js';

export const streams: Chapter = {
  title: 'Rule 3: streams',
  cases: [
    {
      name: 'A Readable calls read() in the frame that requests data, and its data listener in the frame of the push() call',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { Readable } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = storage.run(
          'creator',
          () =>
            new Readable({
              read() {
                seen.push(storage.getStore());
              },
            }),
        );
        await new Promise<void>((resolve) => {
          storage.run('consumer', () =>
            stream.on('data', () => {
              seen.push(storage.getStore());
              resolve();
            }),
          );
          storage.run('producer', () => setTimeout(() => stream.push('text'), 1));
        });
        stream.destroy();
        equal(seen.slice(0, 2), ['consumer', 'producer']);
      },
    },
    {
      name: 'The write() method, the callbacks and the listeners of a Writable run in the frame of the call',
      needs: ['node:stream'],
      async run(implementation) {
        const { Writable } = await import('node:stream');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              const stream = new Writable({
                write(_chunk, _encoding, callback) {
                  check('in write()');
                  setTimeout(callback, 1);
                },
                final(callback) {
                  check('in final()');
                  setTimeout(callback, 1);
                },
              });
              stream.on('finish', () => check('finish'));
              stream.on('close', () => {
                check('close');
                resolve();
              });
              stream.write('some', () => check('write'));
              stream.end('text', () => check('end'));
            }),
        );
      },
    },
    {
      name: 'A buffered chunk of a Writable is written in the frame in which the previous chunk was completed',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { Writable } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const stream = new Writable({
          write(chunk, _encoding, callback) {
            seen.push(`${chunk} in ${storage.getStore()}`);
            setTimeout(callback, 1);
          },
        });
        const write = (text: string) => new Promise((resolve) => stream.write(text, resolve));
        await Promise.all([storage.run('first', write, '1'), storage.run('second', write, '2')]);
        stream.destroy();
        equal(seen, ['1 in first', '2 in first']);
      },
    },
    {
      name: 'The error and close listeners of a destroyed stream run in the frame of the destroy() call',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { PassThrough } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = storage.run('creator', () => new PassThrough());
        await new Promise<void>((resolve) => {
          storage.run('listener', () => {
            stream.on('error', () => seen.push(storage.getStore()));
            stream.on('close', () => {
              seen.push(storage.getStore());
              resolve();
            });
          });
          storage.run('destroyer', () => stream.destroy(new Error('expected')));
        });
        equal(seen, ['destroyer', 'destroyer']);
      },
    },
    {
      name: 'The streams and the callback of pipeline() run in the frame of the call',
      needs: ['node:stream'],
      async run(implementation) {
        const { pipeline, Readable, Transform, Writable } = await import('node:stream');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve, reject) => {
              let chunks = 0;
              pipeline(
                new Readable({
                  read() {
                    check('in read()');
                    setTimeout(() => this.push(chunks++ < 3 ? 'text' : null), 1);
                  },
                }),
                new Transform({
                  transform(chunk, _encoding, callback) {
                    check('in transform()');
                    setTimeout(callback, 1, null, chunk);
                  },
                  flush(callback) {
                    check('in flush()');
                    callback();
                  },
                }),
                new Writable({
                  write(_chunk, _encoding, callback) {
                    check('in write()');
                    setTimeout(callback, 1);
                  },
                }),
                (error) => {
                  check('the callback');
                  if (error) reject(error);
                  else resolve();
                },
              );
            }),
        );
      },
    },
    {
      name: 'The async generators of an awaited pipeline() and the code after it run in the frame of the call',
      needs: ['node:stream/promises'],
      async run(implementation) {
        const { pipeline } = await import('node:stream/promises');
        await assertFlowsKeepFrame(implementation, async (check) => {
          await pipeline(
            async function* () {
              for (const text of ['one', 'two']) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                check('in the source');
                yield text;
              }
            },
            async function* (source: AsyncIterable<string>) {
              for await (const text of source) {
                check('in the middle');
                yield text.toUpperCase();
              }
            },
            async (source: AsyncIterable<string>) => {
              for await (const _ of source) check('at the end');
            },
          );
          check('after pipeline');
        });
      },
    },
    {
      name: 'The finished() callback runs in the frame of the call, not of the code that ends the stream',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { finished, PassThrough } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const stream = storage.run('creator', () => new PassThrough());
        const seen = new Promise((resolve) => {
          storage.run('call', () => finished(stream, () => resolve(storage.getStore())));
        });
        storage.run('end', () => stream.resume().end('text'));
        equal(await seen, 'call');
      },
    },
    {
      name: 'A for await loop over a Readable keeps its frame when other flows write the data',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { PassThrough } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const stream = storage.run('creator', () => new PassThrough());
        const seen = storage.run('loop', async () => {
          const values: (string | undefined)[] = [];
          for await (const _ of stream) values.push(storage.getStore());
          values.push(storage.getStore());
          return values;
        });
        storage.run('first', () => stream.write('some'));
        await new Promise((resolve) => setTimeout(resolve, 1));
        storage.run('second', () => stream.end('text'));
        equal(await seen, ['loop', 'loop', 'loop']);
      },
    },
    {
      name: 'A for await loop over Readable.from() and the generator that it reads keep the frame of the loop',
      needs: ['node:stream'],
      async run(implementation) {
        const { Readable } = await import('node:stream');
        await assertFlowsKeepFrame(implementation, async (check) => {
          const source = Readable.from(
            (async function* () {
              for (const text of ['one', 'two']) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                check('in the generator');
                yield text;
              }
            })(),
          );
          for await (const _ of source) check('in the loop');
          check('after the loop');
        });
      },
    },
    {
      name: 'Awaiting text() of stream/consumers keeps the frame',
      needs: ['node:stream', 'node:stream/consumers'],
      async run(implementation) {
        const { text } = await import('node:stream/consumers');
        const { Readable } = await import('node:stream');
        await assertFlowsKeepFrame(implementation, async (check) => {
          equal(await text(Readable.from(['some ', 'text'])), 'some text');
          check('after text');
        });
      },
    },
    {
      name: 'The start() method of a ReadableStream source runs in the frame of the constructor call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = await new Promise((resolve) => {
          const start = () => afterAwait(() => resolve(storage.getStore()));
          storage.run('creator', () => new ReadableStream({ start }));
        });
        equal(seen, 'creator');
      },
    },
    {
      name: 'The cancel() method of a ReadableStream source runs in the frame of the cancel() call on the stream',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let seen: string | undefined;
        const cancel = () =>
          afterAwait(() => {
            seen = storage.getStore();
          });
        const stream = storage.run('creator', () => new ReadableStream({ cancel }));
        await storage.run('canceler', () => stream.cancel());
        equal(seen, 'canceler');
      },
    },
    {
      name: 'The initial pull() of a ReadableStream source runs in the frame of the constructor call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = await new Promise((resolve) => {
          const pull = () => afterAwait(() => resolve(storage.getStore()));
          storage.run('creator', () => new ReadableStream({ pull }));
        });
        equal(seen, 'creator');
      },
    },
    {
      name: 'The pull() method of the source of an idle ReadableStream runs in the frame of the read() call that triggers it',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const pull = (controller: ReadableStreamDefaultController<string>) =>
          afterAwait(() => {
            seen.push(storage.getStore());
            controller.enqueue('text');
          });
        const stream = storage.run('creator', () => new ReadableStream({ pull }, { highWaterMark: 0 }));
        const reader = stream.getReader();
        for (const name of ['first', 'second']) {
          await untilIdle();
          await storage.run(name, () => reader.read());
        }
        equal(seen, ['first', 'second']);
      },
    },
    {
      name: 'Awaiting read() of a ReadableStream reader keeps the frame when another flow enqueues the data',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let enqueue: (text: string) => void = () => {};
        const stream = storage.run(
          'creator',
          () =>
            new ReadableStream<string>({
              start(controller) {
                enqueue = (text) => controller.enqueue(text);
              },
            }),
        );
        const reader = stream.getReader();
        const read = async () => `${(await reader.read()).value} in ${storage.getStore()}`;
        const seen = [storage.run('a', read), storage.run('b', read), read()];
        storage.run('producer', () => setTimeout(() => ['1', '2', '3'].forEach(enqueue), 1));
        equal(await Promise.all(seen), ['1 in a', '2 in b', '3 in undefined']);
      },
    },
    ...casesRequiring(iterableWebStreams, [
      {
        name: 'A for await loop over a ReadableStream and the pull() calls that it triggers keep the frame of the loop',
        needs: ['ReadableStream'],
        async run(implementation) {
          await assertFlowsKeepFrame(implementation, async (check) => {
            let chunks = 0;
            const stream = new ReadableStream<string>(
              {
                async pull(controller) {
                  check('in pull()');
                  await new Promise((resolve) => setTimeout(resolve, 1));
                  if (chunks++ < 3) controller.enqueue('text');
                  else controller.close();
                },
              },
              { highWaterMark: 0 },
            );
            for await (const _ of stream) check('in the loop');
            check('after the loop');
          });
        },
      },
    ]),
    {
      name: 'The write(), close() and abort() methods of the sink of an idle WritableStream run in the frame of the call on the stream',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const record = (method: string) => () => afterAwait(() => seen.push(`${method} in ${storage.getStore()}`));
        const create = () =>
          new WritableStream({ write: record('write'), close: record('close'), abort: record('abort') });
        const writer = storage.run('creator', create).getWriter();
        for (const name of ['first', 'second']) {
          await untilIdle();
          await storage.run(name, () => writer.write('text'));
        }
        await untilIdle();
        await storage.run('closer', () => writer.close());
        const aborted = storage.run('creator', create);
        await untilIdle();
        await storage.run('aborter', () => aborted.abort());
        equal(seen, ['write in first', 'write in second', 'close in closer', 'abort in aborter']);
      },
    },
    {
      name: 'The transform() and flush() methods of an idle TransformStream run in the frames of the write() and close() calls',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const stream = storage.run(
          'creator',
          () =>
            new TransformStream<string, string>(
              {
                transform: () => afterAwait(() => seen.push(`transform in ${storage.getStore()}`)),
                flush: () => afterAwait(() => seen.push(`flush in ${storage.getStore()}`)),
              },
              undefined,
              { highWaterMark: 10 },
            ),
        );
        const writer = stream.writable.getWriter();
        await untilIdle();
        await storage.run('writer', () => writer.write('text'));
        await untilIdle();
        await storage.run('closer', () => writer.close());
        equal(seen, ['transform in writer', 'flush in closer']);
      },
    },
    {
      name: 'pipeTo(), pipeThrough() and tee() keep the frame for the sink and for the awaiting code',
      needs: ['ReadableStream'],
      async run(implementation) {
        await assertFlowsKeepFrame(implementation, async (check) => {
          const source = () =>
            new ReadableStream<string>({
              async start(controller) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                controller.enqueue('text');
                controller.close();
              },
            });
          await source().pipeTo(new WritableStream({ write: () => check('in write()') }));
          check('after pipeTo');
          const drain = async (stream: ReadableStream<string>, where: string) => {
            const reader = stream.getReader();
            while (!(await reader.read()).done) check(where);
          };
          await drain(source().pipeThrough(new TransformStream()), 'after pipeThrough');
          const [one, two] = source().tee();
          await drain(one, 'in the first branch');
          await drain(two, 'in the second branch');
          check('at the end');
        });
      },
    },
    {
      name: 'A for await loop over Readable.fromWeb() or Readable.toWeb() keeps its frame',
      needs: ['node:stream', 'ReadableStream'],
      async run(implementation) {
        const { Readable } = await import('node:stream');
        const { ReadableStream } = await import('node:stream/web');
        await assertFlowsKeepFrame(implementation, async (check) => {
          const web = new ReadableStream<string>({
            async start(controller) {
              await new Promise((resolve) => setTimeout(resolve, 1));
              controller.enqueue('text');
              controller.close();
            },
          });
          for await (const _ of Readable.fromWeb(web)) check('in the loop over a Readable');
          for await (const _ of Readable.toWeb(Readable.from(['text']))) check('in the loop over a web stream');
          check('at the end');
        });
      },
    },
    {
      name: 'The end() callback of a stream that ends in the callback of another stream keeps the frame',
      needs: ['node:stream'],
      async run(implementation) {
        const { PassThrough } = await import('node:stream');
        await assertCallbackKeepsFrame(implementation, (callback) => {
          const inner = new PassThrough();
          const outer = new PassThrough();
          outer.end('text', () => inner.end('text', callback));
          inner.resume();
          outer.resume();
        });
      },
    },
  ],
};

/** Calls `step` after an await, so that the frame is also checked in the asynchronous part of a stream method. */
async function afterAwait(step: () => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  step();
}

/**
 * Resolves when a web stream is idle. It is idle only after it has reacted to the promise of its last method, in a
 * later turn of the event loop.
 */
function untilIdle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
