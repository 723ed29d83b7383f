/**
 * A program that uses the storages of the runtime and the APIs that Throughline patches in Bun and Deno, and prints what
 * it observes. With the argument `patched` it first creates a storage of Throughline, which installs the patches, and
 * runs in a flow of it. The test compares both outputs: the patches must change nothing but the values of Throughline.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2, { type ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import process from 'node:process';
import { Worker } from 'node:worker_threads';

const storage = new AsyncLocalStorage<string>();
const read = () => String(storage.getStore());
const observed: Record<string, unknown> = {};

/** Resolves with what the first call of the callback returns, which runs in no flow of the storage unless it captured. */
function observe<T>(start: (report: (value: T) => void) => void): Promise<T> {
  return new Promise<T>((resolve) => storage.run('starter', start, resolve));
}

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

const errorOf = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return (error as Error).name;
  }
};

const programs: Readonly<Record<string, () => unknown>> = {
  async 'AbortSignal.timeout()'() {
    const signal = storage.run('creator', () => AbortSignal.timeout(5));
    const value = await observe<string>((report) => signal.addEventListener('abort', () => report(read())));
    return [value, signal.aborted, (signal.reason as Error).name, signal instanceof AbortSignal];
  },
  'the shape of AbortSignal.timeout()': () => [
    AbortSignal.timeout.name,
    AbortSignal.timeout.length,
    errorOf(() => AbortSignal.timeout(-1)),
    errorOf(() => (AbortSignal.timeout as () => unknown)()),
    Object.keys(AbortSignal),
  ],
  async MessagePort() {
    const { port1, port2 } = storage.run('creator', () => new MessageChannel());
    const calls: string[] = [];
    const twice = () => calls.push('twice');
    const removed = () => calls.push('removed');
    const value = await observe<string>((report) => {
      for (let time = 0; time < 2; time++) port2.addEventListener('message', twice);
      port2.addEventListener('message', removed);
      port2.removeEventListener('message', removed);
      port2.addEventListener('message', { handleEvent: () => calls.push('object') });
      port2.onmessage = () => report(read());
      storage.run('poster', () => port1.postMessage('text'));
    });
    const handler = () => {};
    port2.onmessage = handler;
    const shape = [port2.onmessage === handler, port2 instanceof MessagePort, MessagePort.name];
    port2.onmessage = null;
    shape.push(port2.onmessage === null);
    port1.close();
    port2.close();
    return [value, calls, shape, errorOf(() => (MessageChannel as unknown as () => void)())];
  },
  async BroadcastChannel() {
    const [receiver, sender] = storage.run('creator', () => [new BroadcastChannel('x'), new BroadcastChannel('x')]);
    const value = await observe<string>((report) => {
      receiver.onmessage = () => report(read());
      storage.run('poster', () => sender.postMessage('text'));
    });
    receiver.close();
    sender.close();
    return [value, errorOf(() => new (BroadcastChannel as unknown as new () => object)())];
  },
  async ReadableStream() {
    const values: string[] = [];
    const create = () =>
      new ReadableStream<number>(
        {
          start: () => void values.push(`start ${read()}`),
          pull(controller) {
            values.push(`pull ${read()} ${typeof this.pull}`);
            controller.enqueue(1);
          },
          cancel: (reason) => void values.push(`cancel ${read()} ${reason}`),
        },
        { highWaterMark: 0 },
      );
    const stream = storage.run('creator', create);
    const reader = stream.getReader();
    await storage.run('reader', () => reader.read());
    await storage.run('canceler', () => reader.cancel('reason'));
    class Sub extends (ReadableStream as unknown as new () => object) {}
    return [
      values,
      stream instanceof ReadableStream,
      new Sub() instanceof Sub,
      ReadableStream.name,
      ReadableStream.length,
      errorOf(() => new ReadableStream({ pull: 1 as never }).locked),
      errorOf(() => new ReadableStream(null as never).locked),
    ];
  },
  async 'a socket and a server'() {
    const values: string[] = [];
    const server = net.createServer((socket) => {
      values.push(`connection ${read()}`);
      socket.on('data', () => values.push(`accepted data ${read()}`));
      socket.on('end', () => socket.end('bye'));
    });
    await observe<void>((report) => server.listen(0, '127.0.0.1', () => report(void values.push(`listen ${read()}`))));
    await observe<void>((report) => {
      const socket = net.connect(portOf(server), '127.0.0.1');
      for (const event of ['connect', 'data', 'end']) socket.on(event, () => values.push(`${event} ${read()}`));
      socket.on('close', () => report(void values.push(`close ${read()}`)));
      socket.end('hello', () => values.push(`finish ${read()}`));
    });
    await observe<void>((report) => server.close(() => report(void values.push(`server close ${read()}`))));
    return values.sort();
  },
  async HTTP() {
    const server = http.createServer((request, response) => {
      if (request.url === '/never') return;
      response.end(read());
    });
    await observe<void>((report) => server.listen(0, '127.0.0.1', () => report()));
    const get = (path: string) => http.get({ port: portOf(server), host: '127.0.0.1', path, agent: false });
    const body = await observe<string>((report) => {
      get('/').on('response', (response) => {
        response.setEncoding('utf8').on('data', (text) => report(`${read()} ${text}`));
      });
    });
    const aborted = await observe<string>((report) => {
      const request = get('/never').on('error', () => report(read()));
      setTimeout(() => storage.run('aborter', () => request.destroy(new Error('expected'))), 20);
    });
    server.closeAllConnections();
    server.close();
    return [body, aborted];
  },
  async 'HTTP/2'() {
    const server = http2.createServer();
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.respond();
      stream.pipe(stream);
    });
    await observe<void>((report) => server.listen(0, '127.0.0.1', () => report()));
    const session = http2.connect(`http://127.0.0.1:${portOf(server)}`);
    await once(session, 'remoteSettings');
    const values: string[] = [];
    // Deno receives the acknowledgment together with the response.
    const set = observe<void>((report) =>
      session.settings({ enablePush: false }, () => report(void values.push(`settings ${read()}`))),
    );
    await observe<void>((report) => {
      const stream = session.request({ ':method': 'POST' });
      stream.on('data', () => values.push(`data ${read()}`));
      stream.on('close', () => report());
      stream.end('text', () => values.push(`finish ${read()}`));
    });
    await set;
    session.close();
    server.close();
    return values.sort();
  },
  async 'a datagram socket'() {
    const socket = storage.run('creator', () => dgram.createSocket('udp4'));
    const values: string[] = [];
    socket.on('message', () => values.push(`message ${read()}`));
    await observe<void>((report) => socket.bind(0, '127.0.0.1', () => report(void values.push(`bind ${read()}`))));
    const received = once(socket, 'message');
    storage.run('sender', () => socket.send('text', socket.address().port, '127.0.0.1'));
    await received;
    await observe<void>((report) => socket.close(() => report(void values.push(`close ${read()}`))));
    return values;
  },
  async 'a child process'() {
    return observe<string>((report) => {
      spawn('echo', ['text']).stdout.on('data', () => report(read()));
    });
  },
  async 'a worker'() {
    const worker = storage.run(
      'creator',
      () => new Worker(`require('node:worker_threads').parentPort.postMessage('text')`, { eval: true }),
    );
    const values = [await observe<string>((report) => worker.on('message', () => report(read())))];
    await once(worker, 'exit');
    return values;
  },
  async 'the listeners of a signal'() {
    const calls: string[] = [];
    const first = () => calls.push(`first ${read()}`);
    const second = () => calls.push(`second ${read()}`);
    storage.run('listener', () => process.on('SIGUSR2', first).once('SIGUSR2', second));
    const listeners = process.listeners('SIGUSR2').map((listener) => [first, second].indexOf(listener as never));
    process.kill(process.pid, 'SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.emit('SIGUSR2');
    process.off('SIGUSR2', first);
    return [
      calls,
      listeners.length,
      process.listenerCount('SIGUSR2'),
      errorOf(() => process.on('SIGUSR2', 1 as never)),
    ];
  },
  'the shape of methods'() {
    const { MessagePort, BroadcastChannel, EventTarget } = globalThis;
    const owners = {
      process: [process, 'on', 'once', 'off', 'listeners', 'emit'],
      EventEmitter: [EventEmitter.prototype, 'on', 'addListener', 'once', 'emit'],
      ClientRequest: [http.ClientRequest.prototype, 'on', 'emit', 'destroy', 'abort'],
      'worker_threads.Worker': [Worker.prototype, 'on', 'emit', 'addEventListener'],
      MessagePort: [MessagePort.prototype, 'addEventListener', 'removeEventListener', 'postMessage'],
      BroadcastChannel: [BroadcastChannel.prototype, 'addEventListener', 'removeEventListener'],
      Worker: [Reflect.get(globalThis, 'Worker')?.prototype, 'addEventListener', 'removeEventListener'],
      ReadableStream: [ReadableStream.prototype, 'getReader', 'cancel'],
      PerformanceObserver: [globalThis, 'PerformanceObserver', 'MessageChannel', 'BroadcastChannel', 'ReadableStream'],
    } as Record<string, [object, ...string[]]>;
    const shapes = Object.entries(owners).flatMap(([owner, [object, ...names]]) =>
      names.map((name) => {
        const method = Reflect.get(object, name) as ((...args: never[]) => unknown) | undefined;
        return `${owner}.${name}: ${method?.name} ${method?.length}`;
      }),
    );
    return [
      shapes,
      EventEmitter.prototype.on === EventEmitter.prototype.addListener,
      MessagePort.prototype instanceof EventTarget,
      Object.keys(EventEmitter.prototype).sort(),
    ];
  },
  AsyncResource() {
    const resource = storage.run('creator', () => new AsyncResource('Test'));
    return [resource.runInAsyncScope(read), typeof resource.asyncId(), AsyncResource.name];
  },
};

async function runAll(): Promise<void> {
  for (const [name, program] of Object.entries(programs)) {
    try {
      observed[name] = await program();
    } catch (error) {
      observed[name] = String(error);
    }
  }
}

if (process.argv[2] === 'patched') {
  const throughline = await import('throughline');
  await new throughline.AsyncLocalStorage<string>().run('ours', runAll);
} else {
  await runAll();
}
process.stdout.write(`${JSON.stringify(observed)}\n`, () => process.exit(0));
