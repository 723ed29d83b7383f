import { Redis as Connection, type Redis } from 'ioredis';
import { createClient, createClientPool } from 'redis';
import type { Driver } from '../driver.js';
import { asItIs, type Check, CONNECTIONS, called, type Flow, type Wrap } from '../run-check.js';

const BIND = 'AsyncLocalStorage.bind';

export const ioredisDriver: Driver = {
  title: 'ioredis',
  packages: ['ioredis'],
  server: 'Redis',
  async open(port) {
    const shared = new Connection({ port, host: '127.0.0.1' });
    const subscriber = new Connection({ port, host: '127.0.0.1' });
    return {
      checks: ioredisChecks(shared, subscriber),
      close: () => Promise.all([shared.quit(), subscriber.quit()]),
    };
  },
};

function ioredisChecks(shared: Redis, subscriber: Redis): Check[] {
  const message = async (flow: Flow, wrap: Wrap) => {
    let heard = () => {};
    const done = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const listener = wrap((channel: string) => {
      if (channel !== flow.id) return;
      flow.look();
      heard();
    });
    subscriber.on('message', listener);
    try {
      await subscriber.subscribe(flow.id);
      flow.look();
      await shared.publish(flow.id, 'message');
      await done;
    } finally {
      subscriber.off('message', listener);
    }
  };

  const scan = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      const stream = shared.scanStream({ count: 1 });
      stream.on('data', wrap(flow.look));
      stream.on(
        'end',
        wrap(() => {
          flow.look();
          resolve();
        }),
      );
      stream.on('error', reject);
    });

  return [
    {
      name: 'commands on one connection, promise',
      run: async ({ id, look }) => {
        await shared.set(id, id);
        look();
        const found = await shared.get(id);
        look();
        if (found !== id) throw new Error(`${id} was answered ${found}`);
      },
    },
    {
      name: 'commands on one connection, callback',
      run: (flow) => called(flow, (done) => shared.get(flow.id, done)),
      fix: {
        text: `promise, or ${BIND}(callback)`,
        run: (flow) => called(flow, (done) => shared.get(flow.id, flow.bind(done))),
      },
    },
    {
      name: 'command that fails, promise',
      run: ({ id, look }) => shared.set(id, id).then(() => shared.lpush(id, 'x').catch(look)),
    },
    {
      name: '`pipeline`, promise',
      run: async ({ id, look }) => {
        await shared.pipeline().set(id, id).get(id).exec();
        look();
      },
    },
    {
      name: '`pipeline`, callback of each command and of all',
      run: (flow) =>
        called(flow, (done) =>
          shared
            .pipeline()
            .set(flow.id, flow.id, () => flow.look())
            .exec(done),
        ),
      fix: {
        text: `promise, or ${BIND}(callback)`,
        run: (flow) =>
          called(flow, (done) =>
            shared
              .pipeline()
              .set(
                flow.id,
                flow.id,
                flow.bind(() => flow.look()),
              )
              .exec(flow.bind(done)),
          ),
      },
    },
    {
      name: 'transaction (`multi`)',
      run: async ({ id, look }) => {
        await shared.multi().set(id, id).get(id).exec();
        look();
      },
    },
    {
      name: 'event `message` of a subscriber, as the flow that subscribes',
      run: (flow) => message(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => message(flow, flow.bind) },
    },
    {
      name: '`scanStream`, its events',
      run: (flow) => scan(flow, asItIs),
      fix: { text: `${BIND}(listener), or \`for await\``, run: (flow) => scan(flow, flow.bind) },
    },
    {
      name: '`scanStream`, `for await`',
      run: async ({ look }) => {
        for await (const _ of shared.scanStream({ count: 1 })) look();
        look();
      },
    },
    {
      name: 'event `ready`, as the flow that connects',
      run: async (flow) => {
        const own = new Connection({ port: shared.options.port ?? 0, host: '127.0.0.1', lazyConnect: true });
        try {
          own.on('ready', flow.look);
          await own.connect();
          flow.look();
        } finally {
          own.disconnect();
        }
      },
    },
    {
      name: 'command while the connection is made anew',
      run: async ({ id, index, look }) => {
        if (index === 0) shared.disconnect(true);
        const found = await shared.set(id, id);
        look();
        if (found !== 'OK') throw new Error(`${id} was answered ${found}`);
      },
    },
  ];
}

export const redisDriver: Driver = {
  title: 'redis (node-redis)',
  packages: ['redis'],
  server: 'Redis',
  async open(port) {
    const socket = { host: '127.0.0.1', port };
    const shared = createClient({ socket });
    const subscriber = createClient({ socket });
    const pool = createClientPool({ socket }, { minimum: 0, maximum: CONNECTIONS });
    // A connection that a check ends is an error to each of them; without a listener it would end the process.
    for (const client of [shared, subscriber, pool]) client.on('error', () => {});
    await Promise.all([shared.connect(), subscriber.connect(), pool.connect()]);
    const checks: Check[] = [
      {
        name: 'commands on one connection',
        run: async ({ id, look }) => {
          await shared.set(id, id);
          look();
          const found = await shared.get(id);
          look();
          if (found !== id) throw new Error(`${id} was answered ${found}`);
        },
      },
      {
        name: 'commands of a pool',
        run: async ({ id, look }) => {
          const found = await pool.echo(id);
          look();
          if (found !== id) throw new Error(`${id} was answered ${found}`);
        },
      },
      {
        name: '`execute` of a pool, its promise',
        run: async ({ id, look }) => {
          await pool.execute((client) => client.echo(id));
          look();
        },
      },
      {
        name: '`execute` of a pool, in its function',
        run: (flow) => execute(flow, asItIs),
        fix: { text: `${BIND}(function)`, run: (flow) => execute(flow, flow.bind) },
      },
      {
        name: 'commands sent at once, which go in one write',
        run: ({ id, look }) =>
          Promise.all([shared.echo(id).then(look), shared.echo(id).then(look), shared.echo(id).then(look)]),
      },
      {
        name: 'transaction (`multi`)',
        run: async ({ id, look }) => {
          await shared.multi().set(id, id).get(id).exec();
          look();
        },
      },
      {
        name: 'listener of a subscriber, as the flow that subscribes',
        run: (flow) => subscribed(flow, asItIs),
        fix: { text: `${BIND}(listener)`, run: (flow) => subscribed(flow, flow.bind) },
      },
      {
        name: '`scanIterator`',
        run: async ({ look }) => {
          for await (const _ of shared.scanIterator({ COUNT: 1 })) look();
          look();
        },
      },
      {
        name: 'event `ready`, as the flow that connects',
        run: async (flow) => {
          const own = createClient({ socket });
          own.on('error', () => {});
          own.on('ready', flow.look);
          await own.connect();
          flow.look();
          own.destroy();
        },
      },
      {
        name: 'command after the server has ended the connection',
        run: async ({ id, index, look }) => {
          const others = await subscriberId(shared);
          if (index === 0) await subscriber.sendCommand(['CLIENT', 'KILL', 'ID', others]).catch(() => {});
          for (let tries = 0; ; tries++) {
            try {
              const found = await shared.echo(id);
              look();
              if (found !== id) throw new Error(`${id} was answered ${found}`);
              return;
            } catch (error) {
              look();
              if (tries === 20) throw error;
            }
          }
        },
      },
    ];

    function execute({ id, look }: Flow, wrap: Wrap) {
      return pool.execute(
        wrap(async (client: Pick<typeof shared, 'echo'>) => {
          look();
          await client.echo(id);
          look();
        }),
      );
    }

    async function subscribed(flow: Flow, wrap: Wrap): Promise<void> {
      let heard = () => {};
      const done = new Promise<void>((resolve) => {
        heard = resolve;
      });
      await subscriber.subscribe(
        flow.id,
        wrap(() => {
          flow.look();
          heard();
        }),
      );
      await shared.publish(flow.id, 'message');
      await done;
      await subscriber.unsubscribe(flow.id);
    }

    return {
      checks,
      close: async () => {
        shared.destroy();
        subscriber.destroy();
        pool.destroy();
      },
    };
  },
};

async function subscriberId(client: { sendCommand(args: string[]): Promise<unknown> }): Promise<string> {
  return String(await client.sendCommand(['CLIENT', 'ID']));
}
