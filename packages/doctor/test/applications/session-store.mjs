/** Sessions in Redis, in the form of a store that express-session and @fastify/session call with callbacks. */
import { EventEmitter } from 'node:events';
import { createClient } from 'redis';

const redis = createClient({ url: process.env.REDIS_URL });
await redis.connect();

export const sessionStore = Object.assign(new EventEmitter(), {
  get(id, callback) {
    redis.get(`session ${id}`).then((text) => callback(null, text === null ? null : JSON.parse(text)), callback);
  },
  set(id, session, callback) {
    redis.set(`session ${id}`, JSON.stringify(session)).then(() => callback?.(null), callback);
  },
  destroy(id, callback) {
    redis.del(`session ${id}`).then(() => callback?.(null), callback);
  },
});
