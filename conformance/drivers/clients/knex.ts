import knex, { type Knex } from 'knex';
import { account } from '../database-servers.js';
import type { Driver } from '../driver.js';
import { asItIs, type Check, CONNECTIONS, called, type Flow, type Wrap } from '../run-check.js';

const BIND = 'AsyncLocalStorage.bind';

export const knexPgDriver: Driver = {
  title: 'knex, on pg',
  packages: ['knex', 'pg'],
  server: 'PostgreSQL',
  async open(port) {
    const config = (max: number, afterCreate?: () => void): Knex.Config => ({
      client: 'pg',
      // It tells of connections that a check has ended.
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
    const db = knex(config(CONNECTIONS));
    const response = (flow: Flow, wrap: Wrap) =>
      new Promise<void>((resolve, reject) => {
        const query = db.raw('select 1').on('query-response', wrap(flow.look));
        query.then(() => resolve(), reject);
      });
    const afterCreate = async (flow: Flow, wrap: Wrap) => {
      const own = knex(config(1, wrap(flow.look)));
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
          name: 'event `query-response` of a query',
          run: (flow) => response(flow, asItIs),
        },
        {
          name: '`afterCreate` of a pool, as the flow that asks',
          run: (flow) => afterCreate(flow, asItIs),
          fix: { text: `${BIND}(hook)`, run: (flow) => afterCreate(flow, flow.bind) },
        },
        {
          name: 'query of a pool whose connections the server has ended',
          run: async (flow) => {
            if (flow.index === 0) {
              const others = "application_name = 'knex' and pid <> pg_backend_pid()";
              await db.raw(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
            }
            // One of the ended connections may still be handed out.
            for (let tries = 0; ; tries++) {
              try {
                await db.raw('select 1');
                flow.look();
                return;
              } catch (error) {
                flow.look();
                if (tries === 20) throw error;
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
    const db = knex({ client: 'better-sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true });
    return { checks: commonChecks(db), close: () => db.destroy() };
  },
};

function commonChecks(db: Knex): Check[] {
  return [
    {
      name: 'query, promise',
      run: async ({ id, look }) => {
        const [row] = await db.select(db.raw('? as id', [id]));
        look();
        if (row.id !== id) throw new Error(`${id} was answered ${row.id}`);
      },
    },
    {
      name: 'query, callback (`asCallback`)',
      run: (flow) => called(flow, (done) => db.raw('select 1').asCallback(done)),
    },
    { name: 'query that fails', run: ({ look }) => db.raw('select nothing').then(() => {}, look) },
    {
      name: 'transaction',
      run: async ({ look }) => {
        await db.transaction(async (transaction) => {
          look();
          await transaction.raw('select 1');
          look();
        });
        look();
      },
    },
    {
      name: 'event `query` of a query',
      run: async ({ look }) => {
        await db.raw('select 1').on('query', look);
        look();
      },
    },
  ];
}
