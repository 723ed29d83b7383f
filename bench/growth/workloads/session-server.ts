/** A server on Express whose sessions are in Redis: those of `@throughline/request`, or express-session with connect-redis. */
import type { Server } from 'node:http';
import KeyvRedis from '@keyv/redis';
import { session } from '@throughline/request';
import { requestScope } from '@throughline/request/express';
import { sessions } from '@throughline/request/sessions';
import { RedisStore } from 'connect-redis';
import express, { type Request, type RequestHandler } from 'express';
import expressSession from 'express-session';
import { createClient } from 'redis';
import { requireEntry } from '../../measure/require-entry.js';

const SECRET = 'not a secret: for the benchmarks only';
/** What a session holds besides the name of its user: about as much as that of a shop. */
const CART = Array.from({ length: 5 }, (_, id) => ({ id, name: `article ${id}`, price: id * 100, count: 1 }));

export interface SessionServer {
  readonly server: Server;
  close(): Promise<void>;
}

interface SessionKind {
  readonly middleware: RequestHandler;
  begin(request: Request, user: string): void;
  readUser(request: Request): string | undefined;
  close(): Promise<void>;
}

interface StoredValues {
  user: string;
  cart: typeof CART;
}

/** By the names of the subjects in growth-suite.ts. */
const KINDS: Readonly<Record<string, (redisUrl: string) => Promise<SessionKind>>> = {
  async throughline(redisUrl) {
    const store = new KeyvRedis<string>(redisUrl);
    return {
      middleware: requestScope({ session: sessions({ secret: SECRET, store }) }),
      begin(_request, user) {
        session<StoredValues>().set('user', user);
        session<StoredValues>().set('cart', CART);
      },
      readUser: () => session<StoredValues>().get('user'),
      close: () => store.disconnect(),
    };
  },
  async 'connect-redis'(redisUrl) {
    const client = await createClient({ url: redisUrl }).connect();
    return {
      middleware: expressSession({
        secret: SECRET,
        store: new RedisStore({ client }),
        resave: false,
        saveUninitialized: false,
      }),
      begin: (request, user) => void Object.assign(request.session, { user, cart: CART } satisfies StoredValues),
      readUser: (request) => (request.session as Partial<Pick<StoredValues, 'user'>>).user,
      close: () => client.close(),
    };
  },
};

/** Serves `/begin`, which begins the session of `?user=`, and `/read`, which responds with its user. */
export async function startSessionServer(subject: string, redisUrl: string): Promise<SessionServer> {
  const kind = await requireEntry(KINDS, subject)(redisUrl);
  const app = express();
  app.use(kind.middleware);
  app.get('/begin', (request, response) => {
    kind.begin(request, `${request.query.user}`);
    response.end('begun');
  });
  app.get('/read', (request, response) => void response.end(kind.readUser(request) ?? 'lost'));
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    listening.on('error', reject);
  });
  return {
    server,
    async close() {
      server.closeAllConnections();
      server.close();
      await kind.close();
    },
  };
}
