import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertFlowsKeepFrame, type CheckFrame } from '../concurrent-flows.js';
import {
  byteStreams,
  cancelableTransformers,
  casesRequiring,
  iterableWebStreams,
  streamsFromIterables,
  transferableStreams,
} from '../features.js';

export const webStreams: Chapter = {
  title: 'Rule 9: web streams',
  cases: [
    {
      name: 'The pull(), transform() and flush() methods of a chain of pipeThrough() calls run in the frame of the calls',
      needs: ['ReadableStream'],
      async run(implementation) {
        await assertFlowsKeepFrame(implementation, async (check) => {
          const source = new ReadableStream<number>({
            async pull(controller) {
              check('in pull()');
              controller.enqueue(1);
              controller.close();
            },
          });
          await drain(source.pipeThrough(transformer(check, 'first')).pipeThrough(transformer(check, 'second')));
        });
      },
    },
    {
      name: 'All methods of slow streams run in the frame of their flow, with and without back pressure',
      needs: ['ReadableStream'],
      async run(implementation) {
        await assertFlowsKeepFrame(implementation, async (check) => {
          for (const highWaterMark of [0, 1, 3]) {
            await drain(slowSource(check, highWaterMark));
            check('after reading');
            await drain(
              slowSource(check, highWaterMark)
                .pipeThrough(transformer(check, 'first', highWaterMark))
                .pipeThrough(transformer(check, 'second', highWaterMark)),
            );
            check('after pipeThrough');
            await slowSource(check, highWaterMark).pipeTo(
              new WritableStream(
                {
                  start: () => check('in start()'),
                  async write() {
                    check('in write()');
                    await pause();
                    check('in write() after await');
                  },
                  close: () => check('in close()'),
                },
                { highWaterMark: Math.max(highWaterMark, 1) },
              ),
            );
            check('after pipeTo');
            await Promise.all(slowSource(check, highWaterMark).tee().map(drain));
            check('after tee');
            const { readable, writable } = transformer(check, 'by hand', highWaterMark);
            const drained = drain(readable);
            const writer = writable.getWriter();
            await Promise.all([writer.write(1), writer.write(2), writer.close(), drained]);
            check('after writing');
          }
        });
      },
    },
    {
      name: 'A read() call before start() has completed causes the first pull() if the stream fills no queue',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { stream, seen } = storage.run('creator', countingSource, storage, 0);
        await storage.run('reader', () => stream.getReader().read());
        equal(seen, ['reader']);
      },
    },
    {
      name: 'A deferred pull() runs in the frame of the read() call that waits for it, not of an earlier one',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { stream, seen } = storage.run('creator', countingSource, storage, 0);
        await pause();
        const reader = stream.getReader();
        const names = ['a', 'b', undefined, 'a', 'c'];
        await Promise.all(
          names.map((name) => (name === undefined ? reader.read() : storage.run(name, readFrom, reader))),
        );
        equal(seen, names);
      },
    },
    {
      name: 'A pull() that fills the queue runs in the frame of the read() call that took a chunk from it',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        // Both let the queue hold two chunks.
        for (const highWaterMark of [2, 1.5]) {
          const { stream, seen } = storage.run('creator', countingSource, storage, highWaterMark);
          await until(() => seen.length === 2);
          await pause(10);
          const reader = stream.getReader();
          for (const name of ['a', 'b', 'a']) void storage.run(name, readFrom, reader);
          await until(() => seen.length === 5);
          equal(seen, ['creator', 'creator', 'a', 'b', 'a'], `high-water mark ${highWaterMark}`);
        }
      },
    },
    {
      name: 'Flows that read one stream alternately never see the value of another flow in pull()',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        for (const highWaterMark of [0, 1, 3]) {
          const { stream, seen } = countingSource(storage, highWaterMark);
          await pause();
          const reader = stream.getReader();
          const expected: (string | undefined)[] = Array.from({ length: highWaterMark }, () => undefined);
          await until(() => seen.length === highWaterMark);
          await pause();
          for (let round = 0; round < 4; round++) {
            for (const name of ['a', 'b']) {
              await storage.run(name, readFrom, reader);
              expected.push(name);
            }
          }
          await until(() => seen.length >= expected.length);
          equal(seen, expected, `high-water mark ${highWaterMark}`);
        }
      },
    },
    {
      name: 'If a pull() cannot be attributed to one of several flows, it runs in the root',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = new ReadableStream<string>(
          {
            async pull(controller) {
              seen.push(storage.getStore());
              await pause();
              controller.enqueue('text');
            },
          },
          // The number of chunks that make the queue full is not known.
          { highWaterMark: 0, size: (text) => text?.length ?? 1 },
        );
        await pause();
        const reader = stream.getReader();
        await Promise.all(['a', 'b', 'c'].map((name) => storage.run(name, readFrom, reader)));
        equal(seen, ['a', undefined, undefined]);
      },
    },
    {
      name: 'A pull() that an enqueue() call of another flow triggers runs in the frame of the waiting read() call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        let enqueue: (chunk: number) => void = () => {};
        const stream = new ReadableStream<number>(
          {
            start(controller) {
              enqueue = (chunk) => controller.enqueue(chunk);
            },
            pull: () => void seen.push(storage.getStore()),
          },
          { highWaterMark: 0 },
        );
        await pause();
        const reader = stream.getReader();
        const reads = ['a', 'b'].map((name) => storage.run(name, readFrom, reader));
        await pause();
        storage.run('producer', () => enqueue(1));
        storage.run('producer', () => enqueue(2));
        await Promise.all(reads);
        equal(seen, ['a', 'b', 'b']);
      },
    },
    {
      name: 'A reader of another flow does not see the value of the reader whose lock was released before',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { stream, seen } = countingSource(storage, 0);
        await pause();
        const first = stream.getReader();
        const aborted = storage.run('first', () => first.read()).catch(() => {});
        const queued = storage.run('first', () => first.read()).catch(() => {});
        try {
          first.releaseLock();
        } catch {
          // Older versions of the standard keep the lock while reads are pending.
          await Promise.all([aborted, queued]);
          first.releaseLock();
        }
        await Promise.all([aborted, queued]);
        const second = stream.getReader();
        await pause(20);
        seen.length = 0;
        await storage.run('second', async () => {
          for (let count = 0; count < 3; count++) await second.read();
        });
        equal(seen.filter((value) => value !== 'second').length, 0);
      },
    },
    ...casesRequiring(byteStreams, [
      {
        name: 'The pull() method of a stream of bytes runs in the frame of the read() call, with a default and a BYOB reader',
        needs: ['ReadableStream'],
        async run(implementation) {
          await assertFlowsKeepFrame(implementation, async (check) => {
            for (const autoAllocateChunkSize of [undefined, 8]) {
              const create = () => {
                let chunks = 0;
                return new ReadableStream({
                  type: 'bytes',
                  ...(autoAllocateChunkSize && { autoAllocateChunkSize }),
                  async pull(controller) {
                    check('in pull()');
                    await pause();
                    check('in pull() after await');
                    const { byobRequest } = controller;
                    if (chunks++ === 3) {
                      controller.close();
                      byobRequest?.respond(0);
                    } else if (byobRequest === null) controller.enqueue(new Uint8Array(4));
                    else byobRequest.respond(4);
                  },
                });
              };
              await drain(create());
              const reader = create().getReader({ mode: 'byob' });
              while (!(await reader.read(new Uint8Array(4))).done) check('after read()');
            }
          });
        },
      },
      {
        name: 'Flows that read one stream of bytes never see the value of another flow in pull()',
        needs: ['ReadableStream'],
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          const seen: (string | undefined)[] = [];
          const stream = new ReadableStream({
            type: 'bytes',
            async pull(controller) {
              seen.push(storage.getStore());
              await pause();
              controller.enqueue(new Uint8Array(4));
            },
          });
          await pause();
          const reader = stream.getReader();
          for (const name of ['a', 'b', 'a']) {
            await storage.run(name, readFrom, reader);
            await pause();
          }
          equal(seen, ['a', 'b', 'a']);
          const names = ['a', 'b', 'b', 'c'];
          await Promise.all(names.map((name) => storage.run(name, readFrom, reader)));
          equal(seen.slice(3), ['a', undefined, undefined, undefined]);
        },
      },
    ]),
    ...casesRequiring(iterableWebStreams, [
      {
        name: 'The pull() method of a stream whose iterator two flows share runs in the frame of the next() call',
        needs: ['ReadableStream'],
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          const { stream, seen } = countingSource(storage, 0);
          await pause();
          const iterator = stream.values();
          for (const name of ['a', 'b', 'a']) await storage.run(name, () => iterator.next());
          equal(seen, ['a', 'b', 'a']);
          // These calls wait for each other, and then take their chunks from a queue.
          const seenByFilledQueue: (string | undefined)[] = [];
          const filled = new ReadableStream<number>(
            {
              pull(controller) {
                seenByFilledQueue.push(storage.getStore());
                controller.enqueue(1);
              },
            },
            { highWaterMark: 2 },
          );
          await until(() => seenByFilledQueue.length === 2);
          const waiting = filled.values();
          for (const name of ['a', 'b', 'c']) void storage.run(name, () => waiting.next());
          await until(() => seenByFilledQueue.length === 5);
          equal(seenByFilledQueue, [undefined, undefined, 'a', 'b', 'c']);
        },
      },
      {
        name: 'A call of next() after the end of the iteration does not change the frame of pull()',
        needs: ['ReadableStream'],
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          const { stream, seen } = countingSource(storage, 3);
          await until(() => seen.length === 1);
          const iterator = stream.values({ preventCancel: true });
          await storage.run('reader', async () => {
            await iterator.next();
            await iterator.return?.();
          });
          await storage.run('other', () => iterator.next());
          await until(() => seen.length === 4);
          equal(seen.includes('other'), false);
        },
      },
      {
        name: 'The cancel() method of a source runs in the frame of the loop that is left',
        needs: ['ReadableStream'],
        async run(implementation) {
          await assertFlowsKeepFrame(implementation, async (check) => {
            const stream = new ReadableStream<number>({
              pull: (controller) => controller.enqueue(1),
              cancel: () => check('in cancel()'),
            });
            for await (const _ of stream) break;
            check('after the loop');
          });
        },
      },
    ]),
    ...casesRequiring(streamsFromIterables, [
      {
        name: 'An async iterator that ReadableStream.from() reads is called in the frame of the reader',
        needs: ['ReadableStream'],
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          const seen: string[] = [];
          const record = (method: string) => {
            seen.push(`${method} in ${storage.getStore()}`);
          };
          const iterator = {
            async next() {
              record('next');
              await pause();
              record('later');
              return { done: false, value: 1 };
            },
            async return() {
              record('return');
              return { done: true, value: 1 };
            },
          };
          const stream = storage.run('creator', () => streamFrom({ [Symbol.asyncIterator]: () => iterator }));
          await pause();
          const reader = stream.getReader();
          await Promise.all(['a', 'b'].map((name) => storage.run(name, readFrom, reader)));
          await storage.run('canceler', () => reader.cancel());
          equal(seen, ['next in a', 'later in a', 'next in b', 'later in b', 'return in canceler']);
        },
      },
      {
        name: 'ReadableStream.from() reads an array, a set, a stream and a generator as without a flow',
        needs: ['ReadableStream'],
        async run(implementation) {
          await assertFlowsKeepFrame(implementation, async (check) => {
            function* generate() {
              yield 1;
              yield Promise.resolve(2);
            }
            equal(await read(streamFrom([1, 2])), '1,2');
            equal(await read(streamFrom(new Set([1, 2]))), '1,2');
            equal(await read(streamFrom(generate())), '1,2');
            equal(await read(streamFrom(new ReadableStream({ start: (controller) => controller.close() }))), '');
            check('after reading');
            for (const value of [1, null, {}]) {
              let error: unknown;
              try {
                streamFrom(value);
              } catch (thrown) {
                error = thrown;
              }
              equal(error instanceof TypeError, true);
            }
          });
        },
      },
    ]),
    {
      name: 'Each chunk is written in the frame of its write() call, even if the sink is busy',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const stream = storage.run(
          'creator',
          () =>
            new WritableStream<number>({
              async write(chunk) {
                await pause();
                seen.push(`${chunk} in ${storage.getStore()}`);
              },
              close: () => void seen.push(`close in ${storage.getStore()}`),
            }),
        );
        const writer = stream.getWriter();
        const names = ['a', 'b', 'b', undefined, 'a'];
        const write = (name: string | undefined, chunk: number) =>
          name === undefined ? writer.write(chunk) : storage.run(name, () => writer.write(chunk));
        const writes = names.map(write);
        const closed = storage.run('closer', () => writer.close());
        await storage.run('late', () => writer.write(9)).catch(() => {});
        await Promise.all([...writes, closed]);
        equal(seen, [...names.map((name, chunk) => `${chunk} in ${name}`), 'close in closer']);
      },
    },
    {
      name: 'Chunks of a released writer and of the next writer are written in the frames of their write() calls',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = new WritableStream<number>({
          async write() {
            seen.push(storage.getStore());
            await pause();
          },
        });
        const first = stream.getWriter();
        const writes = ['a', 'b'].map((name) => storage.run(name, () => first.write(1)));
        first.releaseLock();
        await storage.run('released', () => first.write(1)).catch(() => {});
        const second = stream.getWriter();
        for (const name of ['c', 'd']) writes.push(storage.run(name, () => second.write(1)));
        await Promise.all(writes);
        second.releaseLock();
        const chunk = new ReadableStream<number>({
          start(controller) {
            controller.enqueue(1);
            controller.close();
          },
        });
        await storage.run('pipe', () => chunk.pipeTo(stream, { preventClose: true }));
        await storage.run('e', () => stream.getWriter().write(1));
        equal(seen, ['a', 'b', 'c', 'd', 'pipe', 'e']);
      },
    },
    {
      name: 'Each chunk is transformed in the frame of its write() call, even if it waits for a read() call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const stream = storage.run(
          'creator',
          () =>
            new TransformStream<number, number>({
              async transform(chunk, controller) {
                await pause();
                seen.push(`${chunk} in ${storage.getStore()}`);
                controller.enqueue(chunk);
              },
              flush: () => void seen.push(`flush in ${storage.getStore()}`),
            }),
        );
        const writer = stream.writable.getWriter();
        const names = ['a', 'b', 'a', 'b'];
        const writes = names.map((name, chunk) => storage.run(name, () => writer.write(chunk)));
        writes.push(storage.run('closer', () => writer.close()));
        await storage.run('reader', drain, stream.readable);
        await Promise.all(writes);
        equal(seen, [...names.map((name, chunk) => `${chunk} in ${name}`), 'flush in closer']);
      },
    },
    {
      name: 'The abort() method of a busy sink runs in the frame of the first abort() call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const stream = storage.run(
          'creator',
          () => new WritableStream({ write: () => pause(), abort: () => void seen.push(storage.getStore()) }),
        );
        await pause();
        const writer = stream.getWriter();
        void storage.run('writer', () => writer.write(1)).catch(() => {});
        // A locked stream cannot be aborted directly.
        await storage.run('locked', () => stream.abort()).catch(() => {});
        await Promise.all(['first', 'second'].map((name) => storage.run(name, () => writer.abort())));
        await pause();
        equal(seen, ['first']);
      },
    },
    {
      name: 'A pipe that fails cancels its source and aborts its sink in the frame of the pipeTo() call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const record = (method: string) => () => {
          seen.push(`${method} in ${storage.getStore()}`);
        };
        const failing = new WritableStream({
          write() {
            throw new Error('expected');
          },
        });
        const { stream } = countingSource(storage, 0, record('cancel'));
        await storage.run('pipe', () => stream.pipeTo(failing)).catch(() => {});
        const broken = new ReadableStream({
          async pull() {
            await pause();
            throw new Error('expected');
          },
        });
        const sink = storage.run('creator', () => new WritableStream({ abort: record('abort') }));
        await storage.run('pipe', () => broken.pipeTo(sink)).catch(() => {});
        equal(seen, ['cancel in pipe', 'abort in pipe']);
      },
    },
    {
      name: 'A signal that aborts a pipe cancels its source and aborts its sink in the frame of the abort() call',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const record = (method: string) => () => {
          seen.push(`${method} in ${storage.getStore()}`);
        };
        const controller = new AbortController();
        const { stream: source } = storage.run('creator', countingSource, storage, 0, record('cancel'));
        const sink = storage.run('creator', () => new WritableStream({ abort: record('abort') }));
        const piped = storage.run('pipe', () => source.pipeTo(sink, { signal: controller.signal })).catch(() => {});
        await pause();
        storage.run('aborter', () => controller.abort());
        await piped;
        equal(seen.sort(), ['abort in aborter', 'cancel in aborter']);
      },
    },
    {
      name: 'A second call on a locked stream does not change the frame of its methods',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { stream, seen } = countingSource(storage, 0);
        await pause();
        const sunk: (string | undefined)[] = [];
        const sink = new WritableStream({
          async write() {
            await pause();
            sunk.push(storage.getStore());
          },
          close: () => void sunk.push(storage.getStore()),
        });
        const piped = storage.run('pipe', () => stream.pipeThrough(limit(3)).pipeTo(sink));
        await storage.run('other', async () => {
          const other = new WritableStream();
          await Promise.allSettled([stream.pipeTo(other), stream.cancel(), sink.close(), sink.abort()]);
          try {
            stream.tee();
          } catch {
            // The stream is locked.
          }
          await new ReadableStream().pipeTo(sink).catch(() => {});
        });
        await piped;
        equal(new Set(seen).size, 1);
        equal([...new Set([...seen, ...sunk])], ['pipe']);
      },
    },
    {
      name: 'The pull() method of a stream with branches runs in the frame of their reads, or of the tee() call if several flows read',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const single = storage.run('creator', countingSource, storage, 0);
        await pause();
        const [branch] = storage.run('tee', () => single.stream.tee());
        await pause(20);
        single.seen.length = 0;
        await storage.run('reader', async () => {
          const reader = branch.getReader();
          for (let count = 0; count < 4; count++) await reader.read();
        });
        equal(single.seen.length > 0 && single.seen.every((value) => value === 'reader'), true, 'one flow');
        const shared = storage.run('creator', countingSource, storage, 0);
        await pause();
        const branches = storage.run('tee', () => shared.stream.tee());
        const readers = branches.map((stream) => stream.getReader());
        await pause(20);
        shared.seen.length = 0;
        for (let round = 0; round < 4; round++) {
          await Promise.all(readers.map((reader, index) => storage.run(`reader ${index}`, readFrom, reader)));
        }
        equal(shared.seen.includes('creator'), false, 'the creator of the stream');
      },
    },
    {
      name: 'A pipe or a transfer that fails does not change the frame of pull()',
      needs: ['ReadableStream'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { stream, seen } = storage.run('creator', countingSource, storage, 3);
        await storage.run('other', async () => {
          await stream.pipeTo({} as WritableStream).catch(() => {});
          try {
            structuredClone(stream, { transfer: [stream, stream] });
          } catch {
            // The list contains the stream twice.
          }
        });
        await until(() => seen.length === 3);
        equal(seen.includes('other'), false);
      },
    },
    ...casesRequiring(cancelableTransformers, [
      {
        name: 'The cancel() method of a transformer runs in the frame of the cancel() or abort() call',
        needs: ['ReadableStream'],
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          const seen: (string | undefined)[] = [];
          const create = () => {
            const transformer: Transformer & { cancel(): void } = { cancel: () => void seen.push(storage.getStore()) };
            return new TransformStream(transformer);
          };
          const [first, second] = storage.run('creator', () => [create(), create()] as const);
          await pause();
          await storage.run('canceler', () => first.readable.cancel());
          await storage.run('aborter', () => second.writable.abort());
          await pause();
          equal(seen, ['canceler', 'aborter']);
        },
      },
    ]),
    {
      name: 'The size() function of a strategy runs in the frame of the enqueue() or write() call',
      needs: ['ReadableStream'],
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const strategy = { size: () => seen.push(storage.getStore()) };
        let enqueue: (chunk: number) => void = () => {};
        storage.run(
          'creator',
          () =>
            new ReadableStream<number>(
              {
                start(controller) {
                  enqueue = (chunk) => controller.enqueue(chunk);
                },
              },
              strategy,
            ),
        );
        storage.run('producer', () => enqueue(1));
        const writer = storage.run('creator', () => new WritableStream({}, strategy)).getWriter();
        void storage.run('writer', () => writer.write(1));
        equal(seen, ['producer', 'writer']);
      },
    },
    {
      name: 'Methods of a source, a sink and a transformer are called with it as this, and are read once',
      needs: ['ReadableStream'],
      async run(implementation) {
        class Source {
          readonly #check: CheckFrame;
          #chunks = 0;

          constructor(check: CheckFrame) {
            this.#check = check;
          }

          get highest(): number {
            return 2;
          }

          start(): void {
            this.#check('in start()');
          }

          pull(controller: ReadableStreamDefaultController<number>): void {
            this.#check('in pull()');
            if (this.#chunks++ < this.highest) controller.enqueue(this.#chunks);
            else controller.close();
          }
        }
        await assertFlowsKeepFrame(implementation, async (check) => {
          equal(await read(new ReadableStream(new Source(check))), '1,2');
          equal(await read(new ReadableStream(Object.freeze(new Source(check)))), '1,2');
          let reads = 0;
          const sink = {
            get write() {
              reads++;
              return () => check('in write()');
            },
          };
          const writer = new WritableStream(sink).getWriter();
          await Promise.all([writer.write(1), writer.write(2)]);
          equal(reads, 1);
        });
      },
    },
    {
      name: 'Subclasses of the stream classes keep their prototypes, and their methods run in the frame of the calls',
      needs: ['ReadableStream'],
      async run(implementation) {
        await assertFlowsKeepFrame(implementation, async (check) => {
          class Numbers extends ReadableStream<number> {
            readonly target: unknown;
            constructor() {
              let chunks = 0;
              super({
                async pull(controller) {
                  check('in pull()');
                  await pause();
                  if (chunks++ < 2) controller.enqueue(chunks);
                  else controller.close();
                },
              });
              this.target = new.target;
            }
          }
          class Doubling extends TransformStream<number, number> {
            readonly #isConstructed: boolean;
            constructor() {
              super({
                async transform(chunk, controller) {
                  await pause();
                  check('in transform()');
                  controller.enqueue(chunk * 2);
                },
              });
              this.#isConstructed = true;
            }
            // Throws if it is called before the constructor has ended.
            override get readable() {
              equal(this.#isConstructed, true);
              return super.readable;
            }
          }
          const numbers = new Numbers();
          equal(numbers.target, Numbers);
          equal(numbers instanceof Numbers && numbers instanceof ReadableStream, true);
          equal(Object.getPrototypeOf(numbers), Numbers.prototype);
          equal(await read(numbers.pipeThrough(new Doubling())), '2,4');
        });
      },
    },
    {
      name: 'The source of a response body runs in the frame of the call that reads the body',
      needs: ['ReadableStream', 'fetch'],
      async run(implementation) {
        await assertFlowsKeepFrame(implementation, async (check) => {
          const body = () => slowSource(check, 0).pipeThrough(transformer(check, 'body')).pipeThrough(encoder());
          equal(await new Response(body()).text(), '012');
          check('after text()');
          await drain(new Response(body()).body as ReadableStream);
          check('after reading the body');
        });
      },
    },
    {
      name: 'The source of a response body does not run in the frame of its creator, but of the text() call',
      needs: ['ReadableStream', 'fetch'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { stream, seen } = storage.run('creator', countingSource, storage, 0);
        await pause();
        const response = storage.run(
          'response',
          () => new Response(stream.pipeThrough(limit(2)).pipeThrough(encoder())),
        );
        await storage.run('reader', () => response.text());
        equal([...new Set(seen)], ['response']);
        const direct: (string | undefined)[] = [];
        let chunks = 0;
        const body = storage.run(
          'creator',
          () =>
            new ReadableStream<Uint8Array>(
              {
                async pull(controller) {
                  direct.push(storage.getStore());
                  await pause();
                  if (chunks++ < 2) controller.enqueue(new Uint8Array(1));
                  else controller.close();
                },
              },
              { highWaterMark: 0 },
            ),
        );
        await pause();
        await storage.run(
          'reader',
          (response) => response.text(),
          storage.run('response', () => new Response(body)),
        );
        equal([...new Set(direct)], ['reader']);
      },
    },
    {
      name: 'A sink to which the body of a response is piped is written in the frame of the pipeTo() call',
      needs: ['ReadableStream', 'fetch'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const response = await storage.run('fetcher', () => fetch('data:text/plain,text'));
        const seen: (string | undefined)[] = [];
        const sink = storage.run(
          'creator',
          () =>
            new WritableStream({
              write() {
                seen.push(storage.getStore());
              },
            }),
        );
        await storage.run('pipe', () => response.body?.pipeTo(sink));
        equal([...new Set(seen)], ['pipe']);
      },
    },
    {
      name: 'Reading blobs, compressed data and decoded text in a stream keeps the frame',
      needs: ['ReadableStream', 'CompressionStream'],
      async run(implementation) {
        await assertFlowsKeepFrame(implementation, async (check) => {
          const text = new Blob(['some ', 'text'])
            .stream()
            .pipeThrough(new CompressionStream('gzip'))
            .pipeThrough(new DecompressionStream('gzip'))
            .pipeThrough(new TextDecoderStream())
            .pipeThrough(transformer(check, 'text'));
          const reader = text.getReader();
          let length = 0;
          for (let result = await reader.read(); !result.done; result = await reader.read()) {
            check('after read()');
            length += String(result.value).length;
          }
          equal(length, 9);
        });
      },
    },
    ...casesRequiring(transferableStreams, [
      {
        name: 'The source of a transferred stream runs in the frame of the call that transfers it',
        needs: ['ReadableStream', 'MessageChannel'],
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          let chunks = 0;
          const seen: (string | undefined)[] = [];
          const stream = storage.run(
            'creator',
            () =>
              new ReadableStream<number>(
                {
                  async pull(controller) {
                    seen.push(storage.getStore());
                    await pause();
                    if (chunks++ < 3) controller.enqueue(chunks);
                    else controller.close();
                  },
                },
                { highWaterMark: 0 },
              ),
          );
          await pause();
          const received = storage.run('sender', () => structuredClone(stream, { transfer: [stream] }));
          equal(await storage.run('receiver', read, received), '1,2,3');
          equal([...new Set(seen)], ['sender']);
        },
      },
    ]),
  ],
};

function pause(milliseconds = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** `ReadableStream.from()`, which the types of the compiler do not have. */
function streamFrom(iterable: unknown): ReadableStream {
  return (ReadableStream as unknown as { from(iterable: unknown): ReadableStream }).from(iterable);
}

/** Waits until a condition is met. The case ends with its own timeout if it never is. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause();
}

function readFrom<T>(reader: ReadableStreamDefaultReader<T>): Promise<unknown> {
  return reader.read();
}

async function drain(stream: ReadableStream): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

/** Reads a stream to its end and returns its chunks. */
async function read(stream: ReadableStream): Promise<string> {
  const reader = stream.getReader();
  const chunks: unknown[] = [];
  for (let result = await reader.read(); !result.done; result = await reader.read()) chunks.push(result.value);
  return chunks.join();
}

/** Returns an endless stream, and the values that its slow source sees in each pull(). */
function countingSource(
  storage: { getStore(): string | undefined },
  highWaterMark: number,
  cancel = () => {},
): { stream: ReadableStream<number>; seen: (string | undefined)[] } {
  let chunks = 0;
  const seen: (string | undefined)[] = [];
  const stream = new ReadableStream<number>(
    {
      async pull(controller) {
        seen.push(storage.getStore());
        await pause();
        controller.enqueue(chunks++);
      },
      cancel,
    },
    { highWaterMark },
  );
  return { stream, seen };
}

/** Returns a stream of three chunks whose methods check the frame. */
function slowSource(check: CheckFrame, highWaterMark: number): ReadableStream<number> {
  let chunks = 0;
  return new ReadableStream<number>(
    {
      start: () => check('in start()'),
      async pull(controller) {
        check('in pull()');
        await pause();
        check('in pull() after await');
        if (chunks < 3) controller.enqueue(chunks++);
        else controller.close();
      },
    },
    { highWaterMark },
  );
}

function transformer<T>(check: CheckFrame, name: string, highWaterMark = 0): TransformStream<T, T> {
  return new TransformStream<T, T>(
    {
      start: () => check(`in start() of ${name}`),
      async transform(chunk, controller) {
        check(`in transform() of ${name}`);
        await pause();
        check(`in transform() of ${name} after await`);
        controller.enqueue(chunk);
      },
      flush: () => check(`in flush() of ${name}`),
    },
    // With 0 on both sides, a pipe into the stream would wait forever.
    { highWaterMark: Math.max(highWaterMark, 1) },
    { highWaterMark },
  );
}

/** Returns a stream that ends after a number of chunks. */
function limit(count: number): TransformStream<number, number> {
  let chunks = 0;
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      if (++chunks === count) controller.terminate();
    },
  });
}

function encoder(): TransformStream<number, Uint8Array> {
  const textEncoder = new TextEncoder();
  return new TransformStream({
    transform: (chunk, controller) => controller.enqueue(textEncoder.encode(String(chunk))),
  });
}
