/** Tests in Chromium of streams that the patches know only in part, and of what user code sees of patched streams. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestPages, type TestPages } from './test-pages.js';

let pages: TestPages;

before(async () => {
  pages = await openTestPages('chromium');
});
after(async () => {
  await pages?.close();
});

/** Creates endless streams, and has a flow for each of its names read one of them. */
const setUp = `import { install } from 'throughline/web';
import { AsyncLocalStorage } from 'throughline';
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
const endless = (Stream, seen) =>
  new Stream({ pull: (controller) => pause().then(() => { seen.push(storage.getStore()); controller.enqueue(1); }) });
const readInFlows = async (reader, names) => {
  for (const name of names) await storage.run(name, () => reader.read());
  await pause();
};
`;

test('a stream that was created before install() shows no value of another flow', async () => {
  const seen = await pages.evaluate(`${setUp}
const seen = [];
let storage = { getStore() {} };
const early = endless(ReadableStream, seen);
globalThis.result = (async () => {
  await pause();
  storage = new AsyncLocalStorage();
  await readInFlows(early.getReader(), ['a', 'b', 'a']);
  return seen.map((value) => value ?? 'root');
})();
`);
  assert.ok(Array.isArray(seen) && seen.length > 0);
  // A source that is called during a read() call sees the value of that call.
  assert.ok(
    seen.every((value, index) => value === 'root' || value === ['', 'a', 'b', 'a'][index]),
    String(seen),
  );
});

test('a stream that is used after uninstall() shows no value of an earlier flow', async () => {
  const seen = await pages.evaluate(`${setUp}
const seen = [];
const storage = new AsyncLocalStorage();
const uninstall = install();
const stream = storage.run('creator', endless, ReadableStream, seen);
const busy = storage.run('creator', () => new WritableStream({ write: () => pause().then(() => { seen.push(storage.getStore()); }) }));
globalThis.result = (async () => {
  const reader = stream.getReader();
  const writer = busy.getWriter();
  await readInFlows(reader, ['a', 'b']);
  storage.run('a', () => writer.write(1));
  storage.run('b', () => writer.write(1));
  uninstall();
  seen.length = 0;
  await reader.read();
  await reader.read();
  await writer.write(1);
  install();
  await reader.read();
  await writer.write(1);
  return seen.map((value) => value ?? 'root');
})();
`);
  // The pull() and the write() that were running when uninstall() was called belong to the flows that caused them.
  assert.ok(Array.isArray(seen) && seen.length > 4);
  assert.deepEqual(
    (seen as string[]).filter((value, index) => value !== 'root' && index > 1),
    [],
    String(seen),
  );
});

test('a stream of an iframe works, and shows no value of another flow', async () => {
  const seen = await pages.evaluate(`${setUp}
const seen = [];
const storage = new AsyncLocalStorage();
install();
globalThis.result = (async () => {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const stream = storage.run('creator', endless, frame.contentWindow.ReadableStream, seen);
  const reader = ReadableStream.prototype.getReader.call(stream);
  await readInFlows(reader, ['a', 'b', 'a']);
  reader.releaseLock();
  const chunks = [];
  const sink = new WritableStream({ write(chunk, controller) { chunks.push(storage.getStore()); if (chunks.length === 3) controller.error(1); } });
  await storage.run('pipe', () => ReadableStream.prototype.pipeTo.call(stream, sink)).catch(() => {});
  return { seen: seen.map((value) => value ?? 'root'), chunks };
})();
`);
  const { seen: values, chunks } = seen as { seen: string[]; chunks: string[] };
  assert.deepEqual(chunks, ['pipe', 'pipe', 'pipe']);
  // The pull() that a read() call calls at once sees the value of this call.
  const allowed = ['creator', 'a', 'b', 'pipe', 'root'];
  assert.ok(
    values.every((value) => allowed.includes(value)),
    String(values),
  );
});

test('a stream that is the body of a fetch() is read in the frame of the fetch() call, also through requests', async () => {
  // Over HTTP/1.1 Chromium sends a stream only to a service worker.
  pages.server.add(
    '/upload-worker.js',
    `onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => {
  if (event.request.method === 'POST') event.respondWith(event.request.text().then((text) => new Response(text)));
};`,
  );
  const seen = await pages.evaluate(`import { AsyncLocalStorage } from 'throughline';
const storage = new AsyncLocalStorage();
const seen = [];
const body = (name) => storage.run('creator', () => {
  let chunks = 0;
  return new ReadableStream({
    async pull(controller) {
      seen.push(name + ' in ' + storage.getStore());
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (chunks++ < 3) controller.enqueue(new TextEncoder().encode(chunks));
      else controller.close();
    },
  }, { highWaterMark: 0 });
});
const init = (name) => ({ method: 'POST', body: body(name), duplex: 'half' });
const send = (...args) => storage.run('sender', () => fetch(...args)).then((response) => response.text());
globalThis.result = (async () => {
  const controlled = new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
  const registration = await navigator.serviceWorker.register('/upload-worker.js', { scope: '/' });
  await controlled;
  const request = storage.run('request', () => new Request('/upload', init('request')));
  const copy = storage.run('copy', () => new Request(new Request('/upload', init('copied request'))));
  const texts = [await send('/upload', init('init')), await send(request), await send(copy)];
  await registration.unregister();
  return { texts, seen: [...new Set(seen)] };
})();
`);
  assert.deepEqual(seen, {
    texts: ['123', '123', '123'],
    seen: ['init in sender', 'request in sender', 'copied request in sender'],
  });
});

test('user code sees the same errors, prototypes and objects as without the patches', async () => {
  const result = await pages.evaluate(`import { install } from 'throughline/web';
const attempt = (fn) => { try { return String(fn()); } catch (error) { return error.name + ': ' + error.message; } };
const settle = async (promise) => { try { return String(await promise); } catch (error) { return error.name + ': ' + error.message; } };
const describe = async () => {
  const source = { marker: 1, pull() { return this === source; } };
  const locked = new ReadableStream();
  locked.getReader();
  const released = new ReadableStream().getReader();
  released.releaseLock();
  const body = new ReadableStream({ start(controller) { controller.close(); } });
  class Derived extends Response {}
  return [
    attempt(() => ReadableStream()),
    attempt(() => new ReadableStream(null)),
    attempt(() => new ReadableStream(1)),
    attempt(() => new ReadableStream({ pull: 1 })),
    attempt(() => new ReadableStream({ type: 'other' })),
    attempt(() => new ReadableStream({ type: 'bytes' }, { size() {} })),
    attempt(() => new ReadableStream({}, { highWaterMark: -1 })),
    attempt(() => new ReadableStream({}, 1)),
    attempt(() => new ReadableStream({ get pull() { throw new RangeError('expected'); } })),
    attempt(() => new WritableStream({ type: 'bytes' })),
    attempt(() => new TransformStream({ readableType: 'bytes' })),
    attempt(() => new ReadableStreamDefaultReader(locked)),
    attempt(() => new ReadableStreamDefaultReader({})),
    attempt(() => ReadableStream.prototype.getReader.call({})),
    attempt(() => locked.tee()),
    attempt(() => locked.pipeThrough({})),
    attempt(() => locked.pipeThrough(1)),
    attempt(() => new ReadableStream().pipeThrough(new TransformStream())),
    await settle(ReadableStream.prototype.pipeTo.call({}, new WritableStream())),
    await settle(locked.pipeTo(new WritableStream())),
    await settle(new ReadableStream().pipeTo({})),
    await settle(new ReadableStream().pipeTo()),
    await settle(released.read()),
    await settle(ReadableStreamDefaultReader.prototype.read.call({})),
    await settle(new WritableStream().getWriter().write.call({}, 1)),
    new Response(body).body === body,
    new Derived('') instanceof Derived && new Derived('') instanceof Response,
    new Response('').constructor === Response,
    ReadableStream.prototype.values === ReadableStream.prototype[Symbol.asyncIterator],
    Object.keys(new ReadableStream(source)).length,
    Object.prototype.toString.call(new ReadableStream(source)),
    new ReadableStream(source).constructor === ReadableStream,
    [ReadableStream, WritableStream, TransformStream, Response].map((item) => item.name + item.length + item).join(),
  ];
};
globalThis.result = (async () => {
  const before = await describe();
  install();
  const after = await describe();
  return before.flatMap((value, index) => (Object.is(value, after[index]) ? [] : [[value, after[index]]]));
})();
`);
  assert.deepEqual(result, []);
});
