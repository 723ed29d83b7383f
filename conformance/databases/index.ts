export { type Database, isMissing, type Missing } from './database.js';
export { startPostgres } from './postgres.js';
export { startRedis } from './redis.js';
