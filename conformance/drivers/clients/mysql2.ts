import { once } from 'node:events';
import mysql, { type Connection, type Pool } from 'mysql2';
import { awaitCallback } from '../checks/await-callback.js';
import { BIND_FIX, type Check, type Flow, POOL_SIZE, unwrapped, type Wrap } from '../checks/check.js';
import { account, type Driver } from '../checks/driver.js';

export const mysql2Driver: Driver = {
  title: 'mysql2',
  packages: ['mysql2'],
  server: 'MariaDB',
  async open(port) {
    const options = { user: account.user, host: '127.0.0.1', port };
    const pool = mysql.createPool({ ...options, connectionLimit: POOL_SIZE });
    const shared = mysql.createConnection(options);
    await shared.promise().connect();
    return {
      checks: checks(pool, shared, options),
      close: () => Promise.all([pool.promise().end(), shared.promise().end()]),
    };
  },
};

function checks(pool: Pool, shared: Connection, options: mysql.ConnectionOptions): Check[] {
  const promises = pool.promise();

  const queryOwnId = async (client: Pick<typeof promises, 'query'>, { id, observe }: Flow) => {
    const [rows] = await client.query<mysql.RowDataPacket[]>('select ? as id, sleep(0.002)', [id]);
    observe();
    if (rows[0]?.id !== id) throw new Error(`${id} received the row of ${rows[0]?.id}`);
  };

  const queryWithCallback = (client: Pick<Pool, 'query'>, flow: Flow, wrap: Wrap) =>
    awaitCallback(flow, (done) =>
      client.query(
        'select 1',
        wrap((error: unknown) => done(error)),
      ),
    );

  const failingQuery = (client: Pick<Pool, 'query'>, flow: Flow, wrap: Wrap) =>
    awaitCallback(flow, (done) =>
      client.query(
        'select nothing',
        wrap(() => done(null)),
      ),
    );

  const queryEvents = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      const query = shared.query('select 1 union select 2');
      query.on('result', wrap(flow.observe));
      query.on('error', reject);
      query.on(
        'end',
        wrap(() => {
          flow.observe();
          resolve();
        }),
      );
    });

  const streamEvents = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      const rows = shared.query('select 1 union select 2').stream();
      rows.on('data', wrap(flow.observe));
      rows.on('error', reject);
      rows.on(
        'end',
        wrap(() => {
          flow.observe();
          resolve();
        }),
      );
    });

  const transactionWithCallbacks = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      pool.getConnection(
        wrap((error: unknown, connection: mysql.PoolConnection) => {
          flow.observe();
          if (error) {
            reject(error);
            return;
          }
          const step = (next: () => void) =>
            wrap((failure: unknown) => {
              flow.observe();
              if (failure) reject(failure);
              else next();
            });
          const end = step(() => {
            connection.release();
            resolve();
          });
          const commit = step(() => connection.commit(end));
          connection.beginTransaction(step(() => connection.query('select 1', commit)));
        }),
      );
    });

  const poolEvent = async (flow: Flow, event: 'connection' | 'acquire', wrap: Wrap) => {
    const own = mysql.createPool({ ...options, connectionLimit: 1 });
    try {
      own.on(event as 'connection', wrap(flow.observe));
      await own.promise().query('select 1');
    } finally {
      await own.promise().end();
    }
  };

  const errorEvent = async (flow: Flow, wrap: Wrap) => {
    const own = mysql.createConnection(options);
    own.on('error', wrap(flow.observe));
    await own.promise().connect();
    const ended = once(own, 'error');
    await promises.query(`kill ${own.threadId}`);
    await ended;
    own.destroy();
  };

  return [
    { name: 'pool query, promise', run: (flow) => queryOwnId(promises, flow) },
    {
      name: 'pool query, callback',
      run: (flow) => queryWithCallback(pool, flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => queryWithCallback(pool, flow, flow.bind) },
    },
    { name: 'failing query, promise', run: (flow) => promises.query('select nothing').catch(flow.observe) },
    {
      name: 'failing query, callback',
      run: (flow) => failingQuery(pool, flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => failingQuery(pool, flow, flow.bind) },
    },
    {
      name: 'prepared statement (`execute`), promise',
      run: async ({ id, observe }) => {
        await promises.execute('select ?', [id]);
        observe();
      },
    },
    {
      name: 'transaction, promise',
      run: async (flow) => {
        const connection = await promises.getConnection();
        flow.observe();
        await connection.beginTransaction();
        flow.observe();
        await queryOwnId(connection, flow);
        await connection.commit();
        flow.observe();
        connection.release();
      },
    },
    {
      name: 'transaction, callbacks',
      run: (flow) => transactionWithCallbacks(flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => transactionWithCallbacks(flow, flow.bind) },
    },
    { name: 'queries queued on one connection, promise', run: (flow) => queryOwnId(shared.promise(), flow) },
    {
      name: 'queries queued on one connection, callback',
      run: (flow) => queryWithCallback(shared, flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => queryWithCallback(shared, flow, flow.bind) },
    },
    {
      name: 'query events `result` and `end`',
      run: (flow) => queryEvents(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => queryEvents(flow, flow.bind) },
    },
    {
      name: 'query stream, events',
      run: (flow) => streamEvents(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener), or \`for await\``, run: (flow) => streamEvents(flow, flow.bind) },
    },
    {
      name: 'query stream, `for await`',
      run: async ({ observe }) => {
        for await (const _ of shared.query('select 1 union select 2').stream()) observe();
        observe();
      },
    },
    {
      name: 'connection event `error`, after the server closes the connection',
      run: (flow) => errorEvent(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => errorEvent(flow, flow.bind) },
    },
    {
      name: 'pool event `connection`, for the flow that needs the connection',
      run: (flow) => poolEvent(flow, 'connection', unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => poolEvent(flow, 'connection', flow.bind) },
    },
    {
      name: 'pool event `acquire`, for the flow that needs the connection',
      run: (flow) => poolEvent(flow, 'acquire', unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => poolEvent(flow, 'acquire', flow.bind) },
    },
    {
      name: 'pool query after the server has closed the connections',
      run: async (flow) => {
        if (flow.index === 0) {
          const [connections] = await shared
            .promise()
            .query<mysql.RowDataPacket[]>('select id from information_schema.processlist where id <> connection_id()');
          for (const { id } of connections) {
            await shared
              .promise()
              .query(`kill ${id}`)
              .catch(() => {});
          }
        }
        // The pool may still return a connection that has been closed.
        for (let attempt = 0; ; attempt++) {
          try {
            await queryOwnId(promises, flow);
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
