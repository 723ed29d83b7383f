/**
 * Real database servers: each call starts a new, empty server on a free port of 127.0.0.1.
 *
 *     const postgres = await startPostgres();
 *     if (isNotInstalled(postgres)) {
 *       context.skip(postgres.reason);
 *       return;
 *     }
 *     await using _server = postgres;
 *     const client = new pg.Client(postgres.url);
 *
 * `stop()` and `start()` of the returned server simulate a failure and the recovery from it.
 */
export { isNotInstalled, type NotInstalled, type TestServer } from '../processes/index.js';
export { startMariadb } from './mariadb.js';
export { startPostgres } from './postgres.js';
export { startRedis } from './redis.js';
