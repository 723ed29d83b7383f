import { sql } from 'drizzle-orm';
import { drizzle as onMysql } from 'drizzle-orm/mysql2';
import { drizzle as onPg } from 'drizzle-orm/node-postgres';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { POOL_SIZE } from '../checks/check.js';
import { account, type Driver } from '../checks/driver.js';
import { requireSqlitePackage } from '../sqlite-packages.js';

export const drizzlePgDriver: Driver = {
  title: 'drizzle-orm, on pg',
  packages: ['drizzle-orm', 'pg'],
  server: 'PostgreSQL',
  async open(port) {
    const pool = new pg.Pool({ ...account, host: '127.0.0.1', port, max: POOL_SIZE });
    // end() does not wait until the connections are closed, so the server may close them first.
    pool.on('error', () => {});
    const db = onPg(pool);
    return {
      checks: [
        {
          name: 'query',
          run: async ({ id, observe }) => {
            const { rows } = await db.execute(sql`select ${id}::text as id`);
            observe();
            if (rows[0]?.id !== id) throw new Error(`${id} received the row of ${rows[0]?.id}`);
          },
        },
        { name: 'failing query', run: ({ observe }) => db.execute(sql`select nothing`).then(() => {}, observe) },
        {
          name: 'transaction',
          run: async ({ observe }) => {
            await db.transaction(async (transaction) => {
              observe();
              await transaction.execute(sql`select 1`);
              observe();
            });
            observe();
          },
        },
      ],
      close: () => pool.end(),
    };
  },
};

export const drizzleMysqlDriver: Driver = {
  title: 'drizzle-orm, on mysql2',
  packages: ['drizzle-orm', 'mysql2'],
  server: 'MariaDB',
  async open(port) {
    const pool = mysql.createPool({ user: account.user, host: '127.0.0.1', port, connectionLimit: POOL_SIZE });
    const db = onMysql({ client: pool });
    return {
      checks: [
        {
          name: 'query',
          run: async ({ id, observe }) => {
            await db.execute(sql`select ${id}`);
            observe();
          },
        },
        { name: 'failing query', run: ({ observe }) => db.execute(sql`select nothing`).then(() => {}, observe) },
        {
          name: 'transaction',
          run: async ({ observe }) => {
            await db.transaction(async (transaction) => {
              observe();
              await transaction.execute(sql`select 1`);
              observe();
            });
            observe();
          },
        },
      ],
      close: () => pool.end(),
    };
  },
};

export const drizzleSqliteDriver: Driver = {
  title: 'drizzle-orm, on better-sqlite3',
  packages: ['drizzle-orm', 'better-sqlite3'],
  async open() {
    const Database: typeof import('better-sqlite3') = requireSqlitePackage('better-sqlite3');
    const { drizzle }: typeof import('drizzle-orm/better-sqlite3') = requireSqlitePackage('drizzle-orm/better-sqlite3');
    const { sql }: typeof import('drizzle-orm') = requireSqlitePackage('drizzle-orm');
    const database = new Database(':memory:');
    const db = drizzle({ client: database });
    return {
      checks: [
        {
          name: 'query, synchronous and awaited',
          run: async ({ observe }) => {
            db.get(sql`select 1`);
            observe();
            await db.get(sql`select 1`);
            observe();
          },
        },
        {
          name: 'transaction',
          run: async ({ observe }) => {
            db.transaction((transaction) => {
              observe();
              transaction.get(sql`select 1`);
            });
            observe();
          },
        },
      ],
      close: async () => database.close(),
    };
  },
};
