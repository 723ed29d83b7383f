import knex, { type Knex } from 'knex';
import { awaitCallback } from '../checks/await-callback.js';
import { BIND_FIX, type Check, type Flow, POOL_SIZE, unwrapped, type Wrap } from '../checks/check.js';
import { account, type Driver } from '../checks/driver.js';
import { requireSqlitePackage } from '../sqlite-packages.js';

export const knexPgDriver: Driver = {
  title: 'knex, on pg',
  packages: ['knex', 'pg'],
  server: 'PostgreSQL',
  async open(port) {
    const config = (max: number, afterCreate?: () => void): Knex.Config => ({
      client: 'pg',
      // knex logs every connection that a check closes.
      log: { warn: () => {}, error: () => {} },
      connection: { ...account, host: '127.0.0.1', port, application_name: 'knex' },
      pool: {
        min: 0,
        max,
        ...(afterCreate && {
          afterCreate: (connection: unknown, done: (error: unknown, connection: unknown) => void) => {
            afterCreate();
            done(null, connection);
          },
        }),
      },
    });
    const db = knex(config(POOL_SIZE));
    const responseEvent = (flow: Flow, wrap: Wrap) =>
      new Promise<void>((resolve, reject) => {
        const query = db.raw('select 1').on('query-response', wrap(flow.observe));
        query.then(() => resolve(), reject);
      });
    const afterCreateHook = async (flow: Flow, wrap: Wrap) => {
      const own = knex(config(1, wrap(flow.observe)));
      try {
        await own.raw('select 1');
      } finally {
        await own.destroy();
      }
    };
    return {
      checks: [
        ...commonChecks(db),
        {
          name: 'query event `query-response`',
          run: (flow) => responseEvent(flow, unwrapped),
        },
        {
          name: 'pool hook `afterCreate`, for the flow that needs the connection',
          run: (flow) => afterCreateHook(flow, unwrapped),
          fix: { text: `${BIND_FIX}(hook)`, run: (flow) => afterCreateHook(flow, flow.bind) },
        },
        {
          name: 'pool query after the server has closed the connections',
          run: async (flow) => {
            if (flow.index === 0) {
              const others = "application_name = 'knex' and pid <> pg_backend_pid()";
              await db.raw(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
            }
            // The pool may still return a connection that has been closed.
            for (let attempt = 0; ; attempt++) {
              try {
                await db.raw('select 1');
                flow.observe();
                return;
              } catch (error) {
                flow.observe();
                if (attempt === 20) throw error;
              }
            }
          },
        },
      ],
      close: () => db.destroy(),
    };
  },
};

export const knexSqliteDriver: Driver = {
  title: 'knex, on better-sqlite3',
  packages: ['knex', 'better-sqlite3'],
  async open() {
    const { knex }: typeof import('knex') = requireSqlitePackage('knex');
    const db = knex({ client: 'better-sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true });
    return { checks: commonChecks(db), close: () => db.destroy() };
  },
};

function commonChecks(db: Knex): Check[] {
  return [
    {
      name: 'query, promise',
      run: async ({ id, observe }) => {
        const [row] = await db.select(db.raw('? as id', [id]));
        observe();
        if (row.id !== id) throw new Error(`${id} received the row of ${row.id}`);
      },
    },
    {
      name: 'query, callback (`asCallback`)',
      run: (flow) => awaitCallback(flow, (done) => db.raw('select 1').asCallback(done)),
    },
    { name: 'failing query', run: ({ observe }) => db.raw('select nothing').then(() => {}, observe) },
    {
      name: 'transaction',
      run: async ({ observe }) => {
        await db.transaction(async (transaction) => {
          observe();
          await transaction.raw('select 1');
          observe();
        });
        observe();
      },
    },
    {
      name: 'query event `query`',
      run: async ({ observe }) => {
        await db.raw('select 1').on('query', observe);
        observe();
      },
    },
  ];
}
