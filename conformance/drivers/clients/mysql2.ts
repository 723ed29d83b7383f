import { once } from 'node:events';
import mysql, { type Connection, type Pool } from 'mysql2';
import { account } from '../database-servers.js';
import type { Driver } from '../driver.js';
import { asItIs, type Check, CONNECTIONS, called, type Flow, type Wrap } from '../run-check.js';

const BIND = 'AsyncLocalStorage.bind';

export const mysql2Driver: Driver = {
  title: 'mysql2',
  packages: ['mysql2'],
  server: 'MariaDB',
  async open(port) {
    const options = { user: account.user, host: '127.0.0.1', port };
    const pool = mysql.createPool({ ...options, connectionLimit: CONNECTIONS });
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

  const ask = async (on: Pick<typeof promises, 'query'>, { id, look }: Flow) => {
    const [rows] = await on.query<mysql.RowDataPacket[]>('select ? as id, sleep(0.002)', [id]);
    look();
    if (rows[0]?.id !== id) throw new Error(`${id} was answered ${rows[0]?.id}`);
  };

  const callback = (on: Pick<Pool, 'query'>, flow: Flow, wrap: Wrap) =>
    called(flow, (done) =>
      on.query(
        'select 1',
        wrap((error: unknown) => done(error)),
      ),
    );

  const failing = (on: Pick<Pool, 'query'>, flow: Flow, wrap: Wrap) =>
    called(flow, (done) =>
      on.query(
        'select nothing',
        wrap(() => done(null)),
      ),
    );

  const events = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      const query = shared.query('select 1 union select 2');
      query.on('result', wrap(flow.look));
      query.on('error', reject);
      query.on(
        'end',
        wrap(() => {
          flow.look();
          resolve();
        }),
      );
    });

  const stream = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      const rows = shared.query('select 1 union select 2').stream();
      rows.on('data', wrap(flow.look));
      rows.on('error', reject);
      rows.on(
        'end',
        wrap(() => {
          flow.look();
          resolve();
        }),
      );
    });

  const transaction = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      pool.getConnection(
        wrap((error: unknown, connection: mysql.PoolConnection) => {
          flow.look();
          if (error) {
            reject(error);
            return;
          }
          const step = (next: () => void) =>
            wrap((failure: unknown) => {
              flow.look();
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
      own.on(event as 'connection', wrap(flow.look));
      await own.promise().query('select 1');
    } finally {
      await own.promise().end();
    }
  };

  const errorEvent = async (flow: Flow, wrap: Wrap) => {
    const own = mysql.createConnection(options);
    own.on('error', wrap(flow.look));
    await own.promise().connect();
    const ended = once(own, 'error');
    await promises.query(`kill ${own.threadId}`);
    await ended;
    own.destroy();
  };

  return [
    { name: 'query of a pool, promise', run: (flow) => ask(promises, flow) },
    {
      name: 'query of a pool, callback',
      run: (flow) => callback(pool, flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => callback(pool, flow, flow.bind) },
    },
    { name: 'query that fails, promise', run: (flow) => promises.query('select nothing').catch(flow.look) },
    {
      name: 'query that fails, callback',
      run: (flow) => failing(pool, flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => failing(pool, flow, flow.bind) },
    },
    {
      name: 'prepared statement (`execute`), promise',
      run: async ({ id, look }) => {
        await promises.execute('select ?', [id]);
        look();
      },
    },
    {
      name: 'transaction, promise',
      run: async (flow) => {
        const connection = await promises.getConnection();
        flow.look();
        await connection.beginTransaction();
        flow.look();
        await ask(connection, flow);
        await connection.commit();
        flow.look();
        connection.release();
      },
    },
    {
      name: 'transaction, callbacks',
      run: (flow) => transaction(flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => transaction(flow, flow.bind) },
    },
    { name: 'queries queued on one connection, promise', run: (flow) => ask(shared.promise(), flow) },
    {
      name: 'queries queued on one connection, callback',
      run: (flow) => callback(shared, flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => callback(shared, flow, flow.bind) },
    },
    {
      name: 'events `result` and `end` of a query',
      run: (flow) => events(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => events(flow, flow.bind) },
    },
    {
      name: 'query stream, its events',
      run: (flow) => stream(flow, asItIs),
      fix: { text: `${BIND}(listener), or \`for await\``, run: (flow) => stream(flow, flow.bind) },
    },
    {
      name: 'query stream, `for await`',
      run: async ({ look }) => {
        for await (const _ of shared.query('select 1 union select 2').stream()) look();
        look();
      },
    },
    {
      name: 'event `error` of a connection that the server ends',
      run: (flow) => errorEvent(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => errorEvent(flow, flow.bind) },
    },
    {
      name: 'event `connection` of a pool, as the flow that asks',
      run: (flow) => poolEvent(flow, 'connection', asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => poolEvent(flow, 'connection', flow.bind) },
    },
    {
      name: 'event `acquire` of a pool, as the flow that asks',
      run: (flow) => poolEvent(flow, 'acquire', asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => poolEvent(flow, 'acquire', flow.bind) },
    },
    {
      name: 'query of a pool whose connections the server has ended',
      run: async (flow) => {
        if (flow.index === 0) {
          const [found] = await shared
            .promise()
            .query<mysql.RowDataPacket[]>('select id from information_schema.processlist where id <> connection_id()');
          for (const { id } of found) {
            await shared
              .promise()
              .query(`kill ${id}`)
              .catch(() => {});
          }
        }
        // One of the ended connections may still be handed out.
        for (let tries = 0; ; tries++) {
          try {
            await ask(promises, flow);
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
