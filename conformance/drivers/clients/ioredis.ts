import { Redis } from 'ioredis';
import { awaitCallback } from '../checks/await-callback.js';
import { BIND_FIX, type Check, type Flow, unwrapped, type Wrap } from '../checks/check.js';
import type { Driver } from '../checks/driver.js';

export const ioredisDriver: Driver = {
  title: 'ioredis',
  packages: ['ioredis'],
  server: 'Redis',
  async open(port) {
    const shared = new Redis({ port, host: '127.0.0.1' });
    const subscriber = new Redis({ port, host: '127.0.0.1' });
    return {
      checks: checks(shared, subscriber),
      close: () => Promise.all([shared.quit(), subscriber.quit()]),
    };
  },
};

function checks(shared: Redis, subscriber: Redis): Check[] {
  const messageEvent = async (flow: Flow, wrap: Wrap) => {
    let markReceived = () => {};
    const received = new Promise<void>((resolve) => {
      markReceived = resolve;
    });
    const listener = wrap((channel: string) => {
      if (channel !== flow.id) return;
      flow.observe();
      markReceived();
    });
    subscriber.on('message', listener);
    try {
      await subscriber.subscribe(flow.id);
      flow.observe();
      await shared.publish(flow.id, 'message');
      await received;
    } finally {
      subscriber.off('message', listener);
    }
  };

  const scanEvents = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      const stream = shared.scanStream({ count: 1 });
      stream.on('data', wrap(flow.observe));
      stream.on(
        'end',
        wrap(() => {
          flow.observe();
          resolve();
        }),
      );
      stream.on('error', reject);
    });

  return [
    {
      name: 'commands on one connection, promise',
      run: async ({ id, observe }) => {
        await shared.set(id, id);
        observe();
        const value = await shared.get(id);
        observe();
        if (value !== id) throw new Error(`${id} received the value of ${value}`);
      },
    },
    {
      name: 'commands on one connection, callback',
      run: (flow) => awaitCallback(flow, (done) => shared.get(flow.id, done)),
      fix: {
        text: `promise, or ${BIND_FIX}(callback)`,
        run: (flow) => awaitCallback(flow, (done) => shared.get(flow.id, flow.bind(done))),
      },
    },
    {
      name: 'failing command, promise',
      run: ({ id, observe }) => shared.set(id, id).then(() => shared.lpush(id, 'x').catch(observe)),
    },
    {
      name: '`pipeline`, promise',
      run: async ({ id, observe }) => {
        await shared.pipeline().set(id, id).get(id).exec();
        observe();
      },
    },
    {
      name: '`pipeline`, callbacks of each command and of `exec`',
      run: (flow) =>
        awaitCallback(flow, (done) =>
          shared
            .pipeline()
            .set(flow.id, flow.id, () => flow.observe())
            .exec(done),
        ),
      fix: {
        text: `promise, or ${BIND_FIX}(callback)`,
        run: (flow) =>
          awaitCallback(flow, (done) =>
            shared
              .pipeline()
              .set(
                flow.id,
                flow.id,
                flow.bind(() => flow.observe()),
              )
              .exec(flow.bind(done)),
          ),
      },
    },
    {
      name: 'transaction (`multi`)',
      run: async ({ id, observe }) => {
        await shared.multi().set(id, id).get(id).exec();
        observe();
      },
    },
    {
      name: 'subscriber event `message`, for the flow that subscribed',
      run: (flow) => messageEvent(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => messageEvent(flow, flow.bind) },
    },
    {
      name: '`scanStream`, events',
      run: (flow) => scanEvents(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener), or \`for await\``, run: (flow) => scanEvents(flow, flow.bind) },
    },
    {
      name: '`scanStream`, `for await`',
      run: async ({ observe }) => {
        for await (const _ of shared.scanStream({ count: 1 })) observe();
        observe();
      },
    },
    {
      name: 'event `ready`, for the flow that connects',
      run: async (flow) => {
        const own = new Redis({ port: shared.options.port ?? 0, host: '127.0.0.1', lazyConnect: true });
        try {
          own.on('ready', flow.observe);
          await own.connect();
          flow.observe();
        } finally {
          own.disconnect();
        }
      },
    },
    {
      name: 'command while the client reconnects',
      run: async ({ id, index, observe }) => {
        if (index === 0) shared.disconnect(true);
        const reply = await shared.set(id, id);
        observe();
        if (reply !== 'OK') throw new Error(`${id} received ${reply}`);
      },
    },
  ];
}
