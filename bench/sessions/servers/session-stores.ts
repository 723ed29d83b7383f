/** The stores of both subjects, with a count of the commands that they send to Redis. */
import { type SessionOptions, sessions } from '@throughline/request/sessions';
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { CountedRedis } from '../counted-stores.js';
import { LIFETIME, SECRET, type SessionVariant } from './session-server-contract.js';

/** The sessions of this project. */
export function openSessions({ redisUrl, onCommand }: SessionVariant): ReturnType<typeof sessions> {
  const store: SessionOptions['store'] = redisUrl === undefined ? new Map() : new CountedRedis(redisUrl, onCommand);
  return sessions({ secret: SECRET, store });
}

/** @returns undefined for the store in memory that each library brings along */
export async function openPeerStore({ redisUrl, onCommand }: SessionVariant): Promise<RedisStore | undefined> {
  if (redisUrl === undefined) return undefined;
  const client = await createClient({ url: redisUrl }).connect();
  const counted = new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        onCommand();
        return Reflect.apply(member, target, args);
      };
    },
  });
  return new RedisStore({ client: counted, prefix: 'peer:', ttl: LIFETIME / 1000 });
}
