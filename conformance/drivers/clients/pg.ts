import pg from 'pg';
import { awaitCallback } from '../checks/await-callback.js';
import { BIND_FIX, type Check, type Flow, POOL_SIZE, unwrapped, type Wrap } from '../checks/check.js';
import { account, type Driver } from '../checks/driver.js';

const RAISE_NOTICE = "do $$ begin raise notice 'hello'; end $$";

export const pgDriver: Driver = {
  title: 'pg',
  packages: ['pg'],
  server: 'PostgreSQL',
  async open(port) {
    const options = { ...account, host: '127.0.0.1', port };
    const pool = new pg.Pool({ ...options, max: POOL_SIZE, application_name: 'pool' });
    // A check or the server closes connections of the pool. Without a listener, the error would end the process.
    pool.on('error', () => {});
    const shared = new pg.Client(options);
    await shared.connect();
    return { checks: checks(pool, shared, options), close: () => Promise.all([pool.end(), shared.end()]) };
  },
};

function checks(pool: pg.Pool, shared: pg.Client, options: pg.ClientConfig): Check[] {
  const queryOwnId = async (client: pg.Pool | pg.ClientBase, { id, observe }: Flow) => {
    const { rows } = await client.query('select $1::text as id, pg_sleep(0.002)', [id]);
    observe();
    if (rows[0]?.id !== id) throw new Error(`${id} received the row of ${rows[0]?.id}`);
  };

  /** Runs queries on a single client of the pool. */
  const withPoolClient = async (work: (client: pg.PoolClient) => Promise<unknown>) => {
    const client = await pool.connect();
    try {
      await work(client);
    } finally {
      client.release();
    }
  };

  const queryWithCallback = (flow: Flow, wrap: Wrap) =>
    awaitCallback(flow, (done) =>
      pool.query(
        'select 1',
        wrap((error: unknown) => done(error)),
      ),
    );

  const failingQuery = (flow: Flow, wrap: Wrap) =>
    awaitCallback(flow, (done) =>
      pool.query(
        'select nothing',
        wrap(() => done(null)),
      ),
    );

  const connectWithCallback = (flow: Flow, wrap: Wrap) =>
    awaitCallback(flow, (done) =>
      pool.connect(
        wrap((error: unknown, _client: unknown, release: () => void) => {
          done(error);
          release();
        }),
      ),
    );

  const rowEvents = (flow: Flow, wrap: Wrap) =>
    withPoolClient(async (client) => {
      const query = client.query(new pg.Query('select generate_series(1, 3)'));
      const end = new Promise<void>((resolve, reject) => {
        query.on('end', () => resolve());
        query.on('error', reject);
      });
      query.on('row', wrap(flow.observe));
      query.on('end', wrap(flow.observe));
      await end;
    });

  const notice = (flow: Flow, wrap: Wrap) =>
    withPoolClient(async (client) => {
      const listener = wrap(flow.observe);
      client.on('notice', listener);
      try {
        await client.query(RAISE_NOTICE);
      } finally {
        client.off('notice', listener);
      }
    });

  /** Every flow listens on the shared client, and sends a notification to itself through the pool. */
  const notification = async (flow: Flow, wrap: Wrap) => {
    let markReceived = () => {};
    const received = new Promise<void>((resolve) => {
      markReceived = resolve;
    });
    const listener = wrap(({ payload }: pg.Notification) => {
      if (payload !== flow.id) return;
      flow.observe();
      markReceived();
    });
    shared.on('notification', listener);
    try {
      await shared.query('listen flows');
      await pool.query("select pg_notify('flows', $1)", [flow.id]);
      await received;
    } finally {
      shared.off('notification', listener);
    }
  };

  /** Each flow has its own client, whose connection the server then closes. */
  const errorEvent = async (flow: Flow, wrap: Wrap) => {
    const client = new pg.Client(options);
    await client.connect();
    client.on('error', wrap(flow.observe));
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    // Rejects, because the server process that would respond has ended.
    await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {});
    await ended;
  };

  const poolEvent = async (flow: Flow, event: 'connect' | 'acquire', wrap: Wrap) => {
    // Each flow has its own pool, because an event of a shared pool cannot be attributed to a flow.
    const own = new pg.Pool({ ...options, max: 1 });
    // end() does not wait until the connections are closed, so the server may close them first.
    own.on('error', () => {});
    try {
      own.on(event, wrap(flow.observe));
      await own.query('select 1');
    } finally {
      await own.end();
    }
  };

  return [
    { name: 'pool query, promise', run: (flow) => queryOwnId(pool, flow) },
    {
      name: 'pool query, callback',
      run: (flow) => queryWithCallback(flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => queryWithCallback(flow, flow.bind) },
    },
    { name: 'failing query, promise', run: ({ observe }) => pool.query('select nothing').then(() => {}, observe) },
    {
      name: 'failing query, callback',
      run: (flow) => failingQuery(flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => failingQuery(flow, flow.bind) },
    },
    {
      name: 'pool `connect`, callback',
      run: (flow) => connectWithCallback(flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => connectWithCallback(flow, flow.bind) },
    },
    {
      name: 'transaction',
      run: (flow) =>
        withPoolClient(async (client) => {
          await client.query('begin');
          flow.observe();
          await queryOwnId(client, flow);
          await client.query('commit');
          flow.observe();
        }),
    },
    { name: 'queries queued on one client, promise', run: (flow) => queryOwnId(shared, flow) },
    {
      name: 'queries queued on one client, callback',
      run: (flow) => awaitCallback(flow, (done) => shared.query('select 1', done)),
      fix: {
        text: `promise, or ${BIND_FIX}(callback)`,
        run: (flow) => awaitCallback(flow, (done) => shared.query('select 1', flow.bind(done))),
      },
    },
    {
      name: 'query events `row` and `end`',
      run: (flow) => rowEvents(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => rowEvents(flow, flow.bind) },
    },
    {
      name: 'client event `notice`',
      run: (flow) => notice(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => notice(flow, flow.bind) },
    },
    {
      name: 'client event `notification`, for the flow that sent `LISTEN`',
      run: (flow) => notification(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => notification(flow, flow.bind) },
    },
    {
      name: 'client event `error`, after the server closes the connection',
      run: (flow) => errorEvent(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => errorEvent(flow, flow.bind) },
    },
    {
      name: 'pool event `connect`, for the flow that needs the connection',
      run: (flow) => poolEvent(flow, 'connect', unwrapped),
    },
    {
      name: 'pool event `acquire`, for the flow that needs the connection',
      run: (flow) => poolEvent(flow, 'acquire', unwrapped),
    },
    {
      name: 'pool query after the server has closed the connections',
      run: async (flow) => {
        if (flow.index === 0) {
          await shared.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
            'pool',
          ]);
        }
        // The pool may still return a connection that has been closed.
        for (let attempt = 0; ; attempt++) {
          try {
            await queryOwnId(pool, flow);
            return;
          } catch (error) {
            flow.observe();
            if (attempt === 20) throw error;
          }
        }
      },
    },
  ];
}
