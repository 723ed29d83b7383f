import { sql } from 'drizzle-orm';
import { drizzle as onSqlite } from 'drizzle-orm/better-sqlite3';
import { drizzle as onMysql } from 'drizzle-orm/mysql2';
import { drizzle as onPg } from 'drizzle-orm/node-postgres';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { account } from '../database-servers.js';
import type { Driver } from '../driver.js';
import { CONNECTIONS } from '../run-check.js';

export const drizzlePgDriver: Driver = {
  title: 'drizzle-orm, on pg',
  packages: ['drizzle-orm', 'pg'],
  server: 'PostgreSQL',
  async open(port) {
    const pool = new pg.Pool({ ...account, host: '127.0.0.1', port, max: CONNECTIONS });
    // The end of a pool does not wait for its connections, which the server may end first.
    pool.on('error', () => {});
    const db = onPg(pool);
    return {
      checks: [
        {
          name: 'query',
          run: async ({ id, look }) => {
            const { rows } = await db.execute(sql`select ${id}::text as id`);
            look();
            if (rows[0]?.id !== id) throw new Error(`${id} was answered ${rows[0]?.id}`);
          },
        },
        { name: 'query that fails', run: ({ look }) => db.execute(sql`select nothing`).then(() => {}, look) },
        {
          name: 'transaction',
          run: async ({ look }) => {
            await db.transaction(async (transaction) => {
              look();
              await transaction.execute(sql`select 1`);
              look();
            });
            look();
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
    const pool = mysql.createPool({ user: account.user, host: '127.0.0.1', port, connectionLimit: CONNECTIONS });
    const db = onMysql({ client: pool });
    return {
      checks: [
        {
          name: 'query',
          run: async ({ id, look }) => {
            await db.execute(sql`select ${id}`);
            look();
          },
        },
        { name: 'query that fails', run: ({ look }) => db.execute(sql`select nothing`).then(() => {}, look) },
        {
          name: 'transaction',
          run: async ({ look }) => {
            await db.transaction(async (transaction) => {
              look();
              await transaction.execute(sql`select 1`);
              look();
            });
            look();
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
    const { default: Database } = await import('better-sqlite3');
    const file = new Database(':memory:');
    const db = onSqlite({ client: file });
    return {
      checks: [
        {
          name: 'query, and after `await`',
          run: async ({ look }) => {
            db.get(sql`select 1`);
            look();
            await db.get(sql`select 1`);
            look();
          },
        },
        {
          name: 'transaction',
          run: async ({ look }) => {
            db.transaction((transaction) => {
              look();
              transaction.get(sql`select 1`);
            });
            look();
          },
        },
      ],
      close: async () => file.close(),
    };
  },
};
