export { type Database, isMissing, type Missing } from './database.js';
export { startMariadb } from './mariadb.js';
export { startPostgres } from './postgres.js';
export { startRedis } from './redis.js';
