/** A page that exchanges messages with everything that a page can send messages to. Each function is one test. */

import { endpoint } from '@throughline/propagation/comlink';
import { propagatingFetch } from '@throughline/propagation/fetch';
import { receive, send } from '@throughline/propagation/post-message';
import { receive as receiveFrame, send as sendFrame } from '@throughline/propagation/websocket';
import { transfer, wrap } from 'comlink';
import { AsyncLocalStorage } from 'throughline';
import { type PageReading, user } from './page-values.js';

/** The path of the script of another file of this folder. */
const scriptOf = (name: string) => location.pathname.replace('message-page', name).concat('.js');

const startWorker = (name: string) => new Worker(scriptOf(name), { type: 'module' });

type Source = Parameters<typeof receive>[0];
type Target = Parameters<typeof send>[0];

interface Arrival<Message> {
  readonly message: Message;
  /** The value where the message arrived. */
  readonly here: string | undefined;
}

/** Waits for the next message that passes a test. */
function next<Message = PageReading>(
  source: Source,
  options: NonNullable<Parameters<typeof receive>[2]> = {},
  isExpected: (message: Message) => boolean = () => true,
): Promise<Arrival<Message>> {
  return new Promise((resolve) => {
    const stop = receive<Message>(
      source,
      (message) => {
        if (!isExpected(message)) return;
        stop();
        resolve({ message, here: user.get() });
      },
      options,
    );
  });
}

/** Sends messages as two users in turns, and returns what both sides have read. */
async function exchange(
  target: Target,
  source: Source = target as unknown as Source,
  options: NonNullable<Parameters<typeof receive>[2]> = {},
): Promise<unknown[]> {
  const arrivals: unknown[] = [];
  for (const name of ['ada', 'bob']) {
    const arrival = next(source, options, ({ message }) => message === `from ${name}`);
    user.run(name, () => send(target, `from ${name}`));
    const { message, here } = await arrival;
    arrivals.push([message.user, here]);
  }
  const arrival = next(source, options, ({ message }) => message === 'from none');
  // It is sent without an envelope.
  user.run('ada', () => target.postMessage('from none'));
  const { message, here } = await arrival;
  return [...arrivals, [message.user, here]];
}

async function openFrame(origin: string, query: Record<string, string>): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe');
  const path = location.pathname.replace('message-page', 'message-frame');
  frame.src = `${origin}${path}?${new URLSearchParams({ parent: location.origin, ...query })}`;
  const loaded = next<string>(window, {}, (message) => message === 'loaded');
  document.body.append(frame);
  await loaded;
  return frame;
}

const tests = {
  worker: () => exchange(startWorker('message-worker')),

  async manyFlows() {
    const worker = startWorker('message-worker');
    const names = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    const arrivals = names.map((name) => next(worker, {}, ({ message }) => message === name));
    for (const name of names) user.run(name, () => setTimeout(() => send(worker, name)));
    const wrong = (await Promise.all(arrivals)).filter(
      ({ message, here }) => message.user !== message.message || here !== message.message,
    );
    return wrong.length;
  },

  async transferredPort() {
    const worker = startWorker('message-worker');
    const results: unknown[] = [];
    for (const trust of [true, undefined]) {
      const { port1, port2 } = new MessageChannel();
      const listening = next<string>(worker);
      send(worker, { port: port2, trust }, { transfer: [port2] });
      await listening;
      results.push(await exchange(port1, port1, trust === undefined ? {} : { trust }));
    }
    return results;
  },

  async transferredBuffer() {
    const worker = startWorker('message-worker');
    const buffer = new ArrayBuffer(8);
    const arrival = next<{ message: { buffer: ArrayBuffer } }>(worker);
    send(worker, { buffer }, { transfer: [buffer] });
    return [buffer.byteLength, (await arrival).message.message.buffer.byteLength];
  },

  async broadcastChannel() {
    const worker = startWorker('message-worker');
    const listening = next<string>(worker);
    send(worker, { channel: 'users' });
    await listening;
    const channel = new BroadcastChannel('users');
    const arrival = next(channel);
    user.run('ada', () => send(channel, 'hello'));
    const { message, here } = await arrival;
    channel.close();
    return [message.user, here];
  },

  async sharedWorker() {
    if (typeof SharedWorker !== 'function') return 'missing';
    const { port } = new SharedWorker(scriptOf('message-shared-worker'), { type: 'module' });
    return exchange(port, port, { trust: true });
  },

  async serviceWorker() {
    if (navigator.serviceWorker === undefined) return 'missing';
    const registration = await navigator.serviceWorker.register(scriptOf('message-service-worker'));
    const worker = (registration.active ?? registration.waiting ?? registration.installing) as ServiceWorker;
    while (worker.state !== 'activated') {
      await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    }
    return exchange(worker, navigator.serviceWorker);
  },

  async frameOfOwnOrigin() {
    const frame = await openFrame(location.origin, {});
    return exchange(frame.contentWindow as Window, window);
  },

  /** The value that a frame of another origin reads, what reached it, and the value where its response arrived. */
  async frameOfOtherOrigin(other: string) {
    const results: unknown[] = [];
    for (const [query, to, origins] of [
      [{}, [], []],
      [{}, [other], []],
      [{ believed: location.origin }, [], []],
      [{ believed: location.origin }, [other], []],
      [{ believed: location.origin }, [other], [other]],
    ] as const) {
      const frame = await openFrame(other, query);
      const arrival = next<PageReading & { carried: string[] }>(
        window,
        { origins },
        ({ message }) => message === 'from ada',
      );
      const target = frame.contentWindow as Window;
      user.run('ada', () => send(target, 'from ada', { targetOrigin: other, to }));
      const { message, here } = await arrival;
      results.push([message.user ?? null, message.carried, here ?? null]);
      frame.remove();
    }
    return results;
  },

  async anyTargetOrigin(other: string) {
    const frame = await openFrame(other, { believed: location.origin });
    const arrival = next<{ carried: string[]; message: string }>(window, {}, ({ message }) => message === 'to any');
    user.run('ada', () => send(frame.contentWindow as Window, 'to any', { targetOrigin: '*', to: [other] }));
    return (await arrival).message.carried;
  },

  async forgedEnvelope(other: string) {
    const believed = next<string>(window, { origins: [other] }, (message) => message === 'forged');
    const forged = next<string>(window, {}, (message) => message === 'forged');
    await openFrame(other, {});
    return [(await forged).here ?? null, (await believed).here ?? null];
  },

  async comlink() {
    const worker = startWorker('comlink-worker');
    const remote = wrap<{
      read(message: string): Promise<PageReading>;
      fail(): void;
      byteLength(buffer: ArrayBuffer): number;
    }>(endpoint(worker));
    const readings = await Promise.all(
      ['ada', 'bob'].map((name) => user.run(name, async () => [(await remote.read(name)).user, user.get()])),
    );
    const error = await remote.fail().then(
      () => 'none',
      ({ message }: Error) => message,
    );
    const buffer = new ArrayBuffer(8);
    const length = await remote.byteLength(transfer(buffer, [buffer]));
    return [readings, error, buffer.byteLength, length];
  },

  /** What two servers got: the first one redirects to the second one. */
  async redirectedFetch(from: string, to: string) {
    const send = propagatingFetch({ to: [from] });
    const url = `${from}/redirect?${new URLSearchParams({ to: `${to}/end` })}`;
    const response = await user.run('ada', () => send(url));
    const post = await user.run('ada', () =>
      send(url, { method: 'POST', body: 'x' }).then(
        ({ status }) => `${status}`,
        ({ message }: Error) => message,
      ),
    );
    const direct = await user.run('ada', () => send(`${from}/direct`, { method: 'POST', body: 'x' }));
    return [response.url, post.slice(0, 50), direct.status];
  },

  async webSocket(url: string) {
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const results: unknown[] = [];
    for (const [name, data] of [
      ['ada', 'text'],
      ['bob', new Uint8Array([1, 2, 3])],
    ] as const) {
      const arrival = new Promise((resolve) => {
        const stop = receiveFrame(
          socket,
          (text) => {
            stop();
            resolve([JSON.parse(text), user.get()]);
          },
          { trust: true },
        );
      });
      user.run(name, () => sendFrame(socket, data));
      results.push(await arrival);
    }
    socket.close();
    return results;
  },
};

Object.assign(globalThis, {
  runPageTest: (name: keyof typeof tests, ...args: string[]) =>
    // Outside of every flow: the browser's driver may have run code in one before.
    new AsyncLocalStorage().exit(() => Reflect.apply(tests[name] as (...args: string[]) => unknown, tests, args)),
});
