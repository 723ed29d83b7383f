/**
 * What the applications use: databases, whose URLs are in the environment, a log that reads the flow, and a storage that
 * holds the request. Each step compares what it reads with a local variable.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';
import pino from 'pino';
import { createClient } from 'redis';

export const requests = new AsyncLocalStorage();
export const log = pino({ mixin: () => ({ request: requests.getStore()?.id }) }, { write: () => undefined });

/** Fewer connections than requests at once, so that requests wait for those of others. */
const CONNECTIONS = 3;

const { POSTGRES_URL, MARIADB_URL, REDIS_URL } = process.env;
const postgres = new pg.Pool({ connectionString: POSTGRES_URL, max: CONNECTIONS });
const mariadb = mysql.createPool({ uri: MARIADB_URL, connectionLimit: CONNECTIONS });
const redis = createClient({ url: REDIS_URL });
await redis.connect();

process.on('disconnect', () => process.exit());

let count = 0;

/** The value of a request that begins. */
export function newRequest() {
  return { id: ++count };
}

/**
 * What every application does for a request.
 * @param {number} size of the file that was uploaded
 */
export async function work(size) {
  const { id } = requests.getStore();
  const check = () => assert.equal(requests.getStore()?.id, id);
  log.info('begin');
  const { rows } = await postgres.query('select $1::int as id', [id]);
  check();
  const [[found]] = await mariadb.query('select ? as id', [id]);
  check();
  await redis.set(`request ${id}`, size);
  check();
  const stored = await redis.get(`request ${id}`);
  check();
  await transaction(check);
  const parts = await Promise.all([1, 2, 3].map((part) => loadPart(part, check)));
  log.info({ parts }, 'end');
  return { id, rows: [rows[0].id, found.id], size: Number(stored), parts };
}

async function transaction(check) {
  const client = await postgres.connect();
  try {
    check();
    await client.query('begin');
    await client.query('select pg_sleep(0.001)');
    check();
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function loadPart(part, check) {
  await wait(part % 2);
  check();
  return part * 2;
}
