/** All drivers, in the order of the page. */
import type { Driver } from '../checks/driver.js';
import { betterSqliteDriver } from './better-sqlite3.js';
import { drizzleMysqlDriver, drizzlePgDriver, drizzleSqliteDriver } from './drizzle.js';
import { ioredisDriver } from './ioredis.js';
import { knexPgDriver, knexSqliteDriver } from './knex.js';
import { mysql2Driver } from './mysql2.js';
import { pgDriver } from './pg.js';
import { redisDriver } from './redis.js';
import { undiciDriver } from './undici.js';

export const drivers: readonly Driver[] = [
  pgDriver,
  mysql2Driver,
  ioredisDriver,
  redisDriver,
  betterSqliteDriver,
  knexPgDriver,
  knexSqliteDriver,
  drizzlePgDriver,
  drizzleMysqlDriver,
  drizzleSqliteDriver,
  undiciDriver,
];
