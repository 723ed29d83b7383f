import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { session as currentSession } from '@throughline/request';
import { requestScope } from '@throughline/request/fastify';
import fastify from 'fastify';
import { USER_HEADER } from '../../requests/servers/server-contract.js';
import { accessTo, type VisitSession, visit, visitWithoutSession } from './session-route.js';
import { LIFETIME, SECRET, type StartSessionServer } from './session-server-contract.js';
import { openPeerStore, openSessions } from './session-stores.js';

declare module 'fastify' {
  interface Session extends VisitSession {}
}

export const startServer: StartSessionServer = async (variant) => {
  const { subject, access } = variant;
  const app = fastify();
  if (subject === 'bare') {
    app.get('/lookup', async (request) => visitWithoutSession(`${request.headers[USER_HEADER]}`));
  } else if (subject === 'throughline') {
    await app.register(requestScope, { session: openSessions(variant) });
    app.get('/lookup', async (request) => visit(currentSession(), access, `${request.headers[USER_HEADER]}`));
  } else {
    const store = await openPeerStore(variant);
    await app.register(fastifyCookie);
    await app.register(fastifySession, {
      secret: SECRET,
      saveUninitialized: false,
      // By default, this library sends the cookie with each response. The others send it when the session has changed.
      rolling: false,
      cookie: { maxAge: LIFETIME, secure: false, sameSite: 'lax' },
      ...(store !== undefined && { store }),
    });
    app.get('/lookup', async (request) => visit(accessTo(request.session), access, `${request.headers[USER_HEADER]}`));
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
};
