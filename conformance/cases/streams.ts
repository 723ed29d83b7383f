import type { Chapter } from '../case.js';
import { equal } from '../expect.js';
import { iterableStreams, needing } from '../features.js';
import { eachCall, eachFlow } from '../flows.js';

export const streams: Chapter = {
  title: 'Rule 3: streams',
  cases: [
    {
      name: 'read() of a Readable runs in the frame that asks for data, its listeners in the frame of push()',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { Readable } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = storage.run(
          'maker',
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
      name: 'write() of a Writable, its callback and its finish listener run in the frame of the call',
      needs: ['node:stream'],
      async run(implementation) {
        const { Writable } = await import('node:stream');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              const stream = new Writable({
                write(_chunk, _encoding, callback) {
                  look('in write()');
                  setTimeout(callback, 1);
                },
                final(callback) {
                  look('in final()');
                  setTimeout(callback, 1);
                },
              });
              stream.on('finish', () => look('finish'));
              stream.on('close', () => {
                look('close');
                resolve();
              });
              stream.write('some', () => look('write'));
              stream.end('text', () => look('end'));
            }),
        );
      },
    },
    {
      name: 'a chunk that waits behind another is written in the frame that completed the one before',
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
      name: 'the error and close listeners of a stream that is destroyed run in the frame of destroy()',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { PassThrough } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = storage.run('maker', () => new PassThrough());
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
      name: 'the parts and the callback of a pipeline run in the frame of the call',
      needs: ['node:stream'],
      async run(implementation) {
        const { pipeline, Readable, Transform, Writable } = await import('node:stream');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve, reject) => {
              let chunks = 0;
              pipeline(
                new Readable({
                  read() {
                    look('in read()');
                    setTimeout(() => this.push(chunks++ < 3 ? 'text' : null), 1);
                  },
                }),
                new Transform({
                  transform(chunk, _encoding, callback) {
                    look('in transform()');
                    setTimeout(callback, 1, null, chunk);
                  },
                  flush(callback) {
                    look('in flush()');
                    callback();
                  },
                }),
                new Writable({
                  write(_chunk, _encoding, callback) {
                    look('in write()');
                    setTimeout(callback, 1);
                  },
                }),
                (error) => {
                  look('the callback');
                  if (error) reject(error);
                  else resolve();
                },
              );
            }),
        );
      },
    },
    {
      name: 'a pipeline of async generators stays in its frame, and its promise leaves the awaiting flow its frame',
      needs: ['node:stream/promises'],
      async run(implementation) {
        const { pipeline } = await import('node:stream/promises');
        await eachFlow(implementation, async (look) => {
          await pipeline(
            async function* () {
              for (const text of ['one', 'two']) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                look('in the source');
                yield text;
              }
            },
            async function* (source: AsyncIterable<string>) {
              for await (const text of source) {
                look('in the middle');
                yield text.toUpperCase();
              }
            },
            async (source: AsyncIterable<string>) => {
              for await (const _ of source) look('at the end');
            },
          );
          look('after pipeline');
        });
      },
    },
    {
      name: 'the callback of finished() runs in the frame of the call, not in that of the end',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { finished, PassThrough } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const stream = storage.run('maker', () => new PassThrough());
        const seen = new Promise((resolve) => {
          storage.run('call', () => finished(stream, () => resolve(storage.getStore())));
        });
        storage.run('end', () => stream.resume().end('text'));
        equal(await seen, 'call');
      },
    },
    {
      name: 'a loop over a Readable stays in its frame, whoever pushes',
      needs: ['node:stream'],
      async run({ AsyncLocalStorage }) {
        const { PassThrough } = await import('node:stream');
        const storage = new AsyncLocalStorage<string>();
        const stream = storage.run('maker', () => new PassThrough());
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
      name: 'a loop over Readable.from stays in its frame, and so does the generator that it is made from',
      needs: ['node:stream'],
      async run(implementation) {
        const { Readable } = await import('node:stream');
        await eachFlow(implementation, async (look) => {
          const source = Readable.from(
            (async function* () {
              for (const text of ['one', 'two']) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                look('in the generator');
                yield text;
              }
            })(),
          );
          for await (const _ of source) look('in the loop');
          look('after the loop');
        });
      },
    },
    {
      name: 'reading all of a stream with text() leaves the awaiting flow its frame',
      needs: ['node:stream', 'node:stream/consumers'],
      async run(implementation) {
        const { text } = await import('node:stream/consumers');
        const { Readable } = await import('node:stream');
        await eachFlow(implementation, async (look) => {
          equal(await text(Readable.from(['some ', 'text'])), 'some text');
          look('after text');
        });
      },
    },
    {
      name: 'start() of a ReadableStream runs in the frame in which the stream is made',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = await new Promise((resolve) => {
          const start = () => afterAwait(() => resolve(storage.getStore()));
          storage.run('maker', () => new ReadableStream({ start }));
        });
        equal(seen, 'maker');
      },
    },
    {
      name: 'cancel() of a ReadableStream’s source runs in the frame of the call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let seen: string | undefined;
        const cancel = () =>
          afterAwait(() => {
            seen = storage.getStore();
          });
        const stream = storage.run('maker', () => new ReadableStream({ cancel }));
        await storage.run('canceller', () => stream.cancel());
        equal(seen, 'canceller');
      },
    },
    {
      name: 'the pull() of a ReadableStream that fills it at the start runs in the frame in which the stream was made',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = await new Promise((resolve) => {
          const pull = () => afterAwait(() => resolve(storage.getStore()));
          storage.run('maker', () => new ReadableStream({ pull }));
        });
        equal(seen, 'maker');
      },
    },
    {
      name: 'the pull() of a ReadableStream that waits runs in the frame of the read() that causes it',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const pull = (controller: ReadableStreamDefaultController<string>) =>
          afterAwait(() => {
            seen.push(storage.getStore());
            controller.enqueue('text');
          });
        const stream = storage.run('maker', () => new ReadableStream({ pull }, { highWaterMark: 0 }));
        const reader = stream.getReader();
        for (const name of ['first', 'second']) {
          await atRest();
          await storage.run(name, () => reader.read());
        }
        equal(seen, ['first', 'second']);
      },
    },
    {
      name: 'read() of a web stream leaves the awaiting flow its frame, whoever enqueues',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let enqueue: (text: string) => void = () => {};
        const stream = storage.run(
          'maker',
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
    ...needing(iterableStreams, [
      {
        name: 'a loop over a web stream stays in its frame, and so does the pull() that it causes',
        needs: ['ReadableStream'],
        async run(implementation) {
          await eachFlow(implementation, async (look) => {
            let chunks = 0;
            const stream = new ReadableStream<string>(
              {
                async pull(controller) {
                  look('in pull()');
                  await new Promise((resolve) => setTimeout(resolve, 1));
                  if (chunks++ < 3) controller.enqueue('text');
                  else controller.close();
                },
              },
              { highWaterMark: 0 },
            );
            for await (const _ of stream) look('in the loop');
            look('after the loop');
          });
        },
      },
    ]),
    {
      name: 'write(), close() and abort() of a WritableStream’s sink run in the frame of the call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const note = (what: string) => () => afterAwait(() => seen.push(`${what} in ${storage.getStore()}`));
        const make = () => new WritableStream({ write: note('write'), close: note('close'), abort: note('abort') });
        const writer = storage.run('maker', make).getWriter();
        for (const name of ['first', 'second']) {
          await atRest();
          await storage.run(name, () => writer.write('text'));
        }
        await atRest();
        await storage.run('closer', () => writer.close());
        const aborted = storage.run('maker', make);
        await atRest();
        await storage.run('aborter', () => aborted.abort());
        equal(seen, ['write in first', 'write in second', 'close in closer', 'abort in aborter']);
      },
    },
    {
      name: 'transform() and flush() of a TransformStream that waits run in the frame of the write and of the close',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const stream = storage.run(
          'maker',
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
        await atRest();
        await storage.run('writer', () => writer.write('text'));
        await atRest();
        await storage.run('closer', () => writer.close());
        equal(seen, ['transform in writer', 'flush in closer']);
      },
    },
    {
      name: 'pipeTo(), pipeThrough() and tee() leave the awaiting flow its frame',
      needs: ['ReadableStream'],
      async run(implementation) {
        await eachFlow(implementation, async (look) => {
          const source = () =>
            new ReadableStream<string>({
              async start(controller) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                controller.enqueue('text');
                controller.close();
              },
            });
          await source().pipeTo(new WritableStream({ write: () => look('in write()') }));
          look('after pipeTo');
          const drain = async (stream: ReadableStream<string>, where: string) => {
            const reader = stream.getReader();
            while (!(await reader.read()).done) look(where);
          };
          await drain(source().pipeThrough(new TransformStream()), 'behind pipeThrough');
          const [one, two] = source().tee();
          await drain(one, 'in the first branch');
          await drain(two, 'in the second branch');
          look('at the end');
        });
      },
    },
    {
      name: 'a Readable made of a web stream, and the other way round, leave the awaiting flow its frame',
      needs: ['node:stream', 'ReadableStream'],
      async run(implementation) {
        const { Readable } = await import('node:stream');
        const { ReadableStream } = await import('node:stream/web');
        await eachFlow(implementation, async (look) => {
          const web = new ReadableStream<string>({
            async start(controller) {
              await new Promise((resolve) => setTimeout(resolve, 1));
              controller.enqueue('text');
              controller.close();
            },
          });
          for await (const _ of Readable.fromWeb(web)) look('in the loop over a Readable');
          for await (const _ of Readable.toWeb(Readable.from(['text']))) look('in the loop over a web stream');
          look('at the end');
        });
      },
    },
    {
      name: 'the callback of a stream that another stream’s callback ends runs in its own frame',
      needs: ['node:stream'],
      async run(implementation) {
        const { PassThrough } = await import('node:stream');
        await eachCall(implementation, (callback) => {
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

/** A step of a stream that takes a while. */
async function afterAwait(step: () => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  step();
}

/** A web stream is at rest only once the promise that its last step gave is done with. */
function atRest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
