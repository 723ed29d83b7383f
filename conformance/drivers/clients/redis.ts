import { createClient, createClientPool } from 'redis';
import { BIND_FIX, type Check, type Flow, POOL_SIZE, unwrapped, type Wrap } from '../checks/check.js';
import type { Driver } from '../checks/driver.js';

export const redisDriver: Driver = {
  title: 'redis (node-redis)',
  packages: ['redis'],
  server: 'Redis',
  async open(port) {
    const socket = { host: '127.0.0.1', port };
    const shared = createClient({ socket });
    const subscriber = createClient({ socket });
    const pool = createClientPool({ socket }, { minimum: 0, maximum: POOL_SIZE });
    // A connection that a check closes causes an `error` event. Without a listener, the event would end the process.
    for (const client of [shared, subscriber, pool]) client.on('error', () => {});
    await Promise.all([shared.connect(), subscriber.connect(), pool.connect()]);
    const checks: Check[] = [
      {
        name: 'commands on one connection',
        run: async ({ id, observe }) => {
          await shared.set(id, id);
          observe();
          const value = await shared.get(id);
          observe();
          if (value !== id) throw new Error(`${id} received the value of ${value}`);
        },
      },
      {
        name: 'pool commands',
        run: async ({ id, observe }) => {
          const reply = await pool.echo(id);
          observe();
          if (reply !== id) throw new Error(`${id} received the reply to ${reply}`);
        },
      },
      {
        name: 'pool `execute`, its promise',
        run: async ({ id, observe }) => {
          await pool.execute((client) => client.echo(id));
          observe();
        },
      },
      {
        name: 'pool `execute`, inside its function',
        run: (flow) => executeInPool(flow, unwrapped),
        fix: { text: `${BIND_FIX}(function)`, run: (flow) => executeInPool(flow, flow.bind) },
      },
      {
        name: 'commands sent together in a single write',
        run: ({ id, observe }) =>
          Promise.all([shared.echo(id).then(observe), shared.echo(id).then(observe), shared.echo(id).then(observe)]),
      },
      {
        name: 'transaction (`multi`)',
        run: async ({ id, observe }) => {
          await shared.multi().set(id, id).get(id).exec();
          observe();
        },
      },
      {
        name: 'subscriber listener, for the flow that subscribed',
        run: (flow) => subscriberListener(flow, unwrapped),
        fix: { text: `${BIND_FIX}(listener)`, run: (flow) => subscriberListener(flow, flow.bind) },
      },
      {
        name: '`scanIterator`',
        run: async ({ observe }) => {
          for await (const _ of shared.scanIterator({ COUNT: 1 })) observe();
          observe();
        },
      },
      {
        name: 'event `ready`, for the flow that connects',
        run: async (flow) => {
          const own = createClient({ socket });
          own.on('error', () => {});
          own.on('ready', flow.observe);
          await own.connect();
          flow.observe();
          own.destroy();
        },
      },
      {
        name: 'command after the server has closed the connection',
        run: async ({ id, index, observe }) => {
          const connectionId = await idOfConnection(shared);
          if (index === 0) await subscriber.sendCommand(['CLIENT', 'KILL', 'ID', connectionId]).catch(() => {});
          for (let attempt = 0; ; attempt++) {
            try {
              const reply = await shared.echo(id);
              observe();
              if (reply !== id) throw new Error(`${id} received the reply to ${reply}`);
              return;
            } catch (error) {
              observe();
              if (attempt === 20) throw error;
            }
          }
        },
      },
    ];

    function executeInPool({ id, observe }: Flow, wrap: Wrap) {
      return pool.execute(
        wrap(async (client: Pick<typeof shared, 'echo'>) => {
          observe();
          await client.echo(id);
          observe();
        }),
      );
    }

    async function subscriberListener(flow: Flow, wrap: Wrap): Promise<void> {
      let markReceived = () => {};
      const received = new Promise<void>((resolve) => {
        markReceived = resolve;
      });
      await subscriber.subscribe(
        flow.id,
        wrap(() => {
          flow.observe();
          markReceived();
        }),
      );
      await shared.publish(flow.id, 'message');
      await received;
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

async function idOfConnection(client: { sendCommand(args: string[]): Promise<unknown> }): Promise<string> {
  return String(await client.sendCommand(['CLIENT', 'ID']));
}
