import pg from 'pg';
import { account } from '../database-servers.js';
import type { Driver } from '../driver.js';
import { asItIs, type Check, CONNECTIONS, called, type Flow, type Wrap } from '../run-check.js';

const BIND = 'AsyncLocalStorage.bind';
const NOTICE = "do $$ begin raise notice 'said'; end $$";

export const pgDriver: Driver = {
  title: 'pg',
  packages: ['pg'],
  server: 'PostgreSQL',
  async open(port) {
    const options = { ...account, host: '127.0.0.1', port };
    const pool = new pg.Pool({ ...options, max: CONNECTIONS, application_name: 'pool' });
    // Ended by a check, or by the server.
    pool.on('error', () => {});
    const shared = new pg.Client(options);
    await shared.connect();
    return { checks: checks(pool, shared, options), close: () => Promise.all([pool.end(), shared.end()]) };
  },
};

function checks(pool: pg.Pool, shared: pg.Client, options: pg.ClientConfig): Check[] {
  const ask = async (on: pg.Pool | pg.ClientBase, { id, look }: Flow) => {
    const { rows } = await on.query('select $1::text as id, pg_sleep(0.002)', [id]);
    look();
    if (rows[0]?.id !== id) throw new Error(`${id} was answered ${rows[0]?.id}`);
  };

  /** Queries that run in one client of the pool. */
  const inClient = async (work: (client: pg.PoolClient) => Promise<unknown>) => {
    const client = await pool.connect();
    try {
      await work(client);
    } finally {
      client.release();
    }
  };

  const query = (flow: Flow, wrap: Wrap) =>
    called(flow, (done) =>
      pool.query(
        'select 1',
        wrap((error: unknown) => done(error)),
      ),
    );

  const failing = (flow: Flow, wrap: Wrap) =>
    called(flow, (done) =>
      pool.query(
        'select nothing',
        wrap(() => done(null)),
      ),
    );

  const connect = (flow: Flow, wrap: Wrap) =>
    called(flow, (done) =>
      pool.connect(
        wrap((error: unknown, _client: unknown, release: () => void) => {
          done(error);
          release();
        }),
      ),
    );

  const rowEvents = (flow: Flow, wrap: Wrap) =>
    inClient(async (client) => {
      const query = client.query(new pg.Query('select generate_series(1, 3)'));
      const end = new Promise<void>((resolve, reject) => {
        query.on('end', () => resolve());
        query.on('error', reject);
      });
      query.on('row', wrap(flow.look));
      query.on('end', wrap(flow.look));
      await end;
    });

  const notice = (flow: Flow, wrap: Wrap) =>
    inClient(async (client) => {
      const listener = wrap(flow.look);
      client.on('notice', listener);
      try {
        await client.query(NOTICE);
      } finally {
        client.off('notice', listener);
      }
    });

  /** Each flow listens on the shared client, and notifies itself through the pool. */
  const notification = async (flow: Flow, wrap: Wrap) => {
    let heard = () => {};
    const message = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const listener = wrap(({ payload }: pg.Notification) => {
      if (payload !== flow.id) return;
      flow.look();
      heard();
    });
    shared.on('notification', listener);
    try {
      await shared.query('listen flows');
      await pool.query("select pg_notify('flows', $1)", [flow.id]);
      await message;
    } finally {
      shared.off('notification', listener);
    }
  };

  /** A client of the flow's own, which the server then ends. */
  const errorEvent = async (flow: Flow, wrap: Wrap) => {
    const client = new pg.Client(options);
    await client.connect();
    client.on('error', wrap(flow.look));
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    // Fails, since there is nobody left to answer it.
    await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {});
    await ended;
  };

  const poolEvent = async (flow: Flow, event: 'connect' | 'acquire', wrap: Wrap) => {
    // A pool of the flow's own: with a shared one, nobody can say whose event it is.
    const own = new pg.Pool({ ...options, max: 1 });
    // Its end does not wait for its connections, which the server may end first.
    own.on('error', () => {});
    try {
      own.on(event, wrap(flow.look));
      await own.query('select 1');
    } finally {
      await own.end();
    }
  };

  return [
    { name: 'query of a pool, promise', run: (flow) => ask(pool, flow) },
    {
      name: 'query of a pool, callback',
      run: (flow) => query(flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => query(flow, flow.bind) },
    },
    { name: 'query that fails, promise', run: ({ look }) => pool.query('select nothing').then(() => {}, look) },
    {
      name: 'query that fails, callback',
      run: (flow) => failing(flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => failing(flow, flow.bind) },
    },
    {
      name: '`connect` of a pool, callback',
      run: (flow) => connect(flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => connect(flow, flow.bind) },
    },
    {
      name: 'transaction',
      run: (flow) =>
        inClient(async (client) => {
          await client.query('begin');
          flow.look();
          await ask(client, flow);
          await client.query('commit');
          flow.look();
        }),
    },
    { name: 'queries queued on one client, promise', run: (flow) => ask(shared, flow) },
    {
      name: 'queries queued on one client, callback',
      run: (flow) => called(flow, (done) => shared.query('select 1', done)),
      fix: {
        text: `promise, or ${BIND}(callback)`,
        run: (flow) => called(flow, (done) => shared.query('select 1', flow.bind(done))),
      },
    },
    {
      name: 'events `row` and `end` of a query',
      run: (flow) => rowEvents(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => rowEvents(flow, flow.bind) },
    },
    {
      name: 'event `notice` of a client',
      run: (flow) => notice(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => notice(flow, flow.bind) },
    },
    {
      name: 'event `notification` (`LISTEN`), as the flow that listens',
      run: (flow) => notification(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => notification(flow, flow.bind) },
    },
    {
      name: 'event `error` of a client that the server ends',
      run: (flow) => errorEvent(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => errorEvent(flow, flow.bind) },
    },
    {
      name: 'event `connect` of a pool, as the flow that asks',
      run: (flow) => poolEvent(flow, 'connect', asItIs),
    },
    {
      name: 'event `acquire` of a pool, as the flow that asks',
      run: (flow) => poolEvent(flow, 'acquire', asItIs),
    },
    {
      name: 'query of a pool whose connections the server has ended',
      run: async (flow) => {
        if (flow.index === 0) {
          await shared.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
            'pool',
          ]);
        }
        // One of the ended connections may still be handed out.
        for (let tries = 0; ; tries++) {
          try {
            await ask(pool, flow);
            return;
          } catch (error) {
            flow.look();
            if (tries === 20) throw error;
          }
        }
      },
    },
  ];
}
