import { createServer } from 'node:http';
import { session as currentSession } from '@throughline/request';
import { requestScope } from '@throughline/request/express';
import express from 'express';
import expressSession from 'express-session';
import { listenOnFreePort, USER_HEADER } from '../../requests/servers/server-contract.js';
import { accessTo, type VisitSession, visit, visitWithoutSession } from './session-route.js';
import { LIFETIME, SECRET, type StartSessionServer } from './session-server-contract.js';
import { openPeerStore, openSessions } from './session-stores.js';

declare module 'express-session' {
  interface SessionData extends VisitSession {}
}

export const startServer: StartSessionServer = async (variant) => {
  const { subject, access } = variant;
  const app = express();
  if (subject === 'bare') {
    app.get('/lookup', (request, response) => {
      response.json(visitWithoutSession(`${request.get(USER_HEADER)}`));
    });
  } else if (subject === 'throughline') {
    app.use(requestScope({ session: openSessions(variant) }));
    app.get('/lookup', (request, response) => {
      response.json(visit(currentSession(), access, `${request.get(USER_HEADER)}`));
    });
  } else {
    const store = await openPeerStore(variant);
    app.use(
      expressSession({
        secret: SECRET,
        resave: false,
        saveUninitialized: false,
        cookie: { maxAge: LIFETIME, sameSite: 'lax' },
        ...(store !== undefined && { store }),
      }),
    );
    app.get('/lookup', (request, response) => {
      response.json(visit(accessTo(request.session), access, `${request.get(USER_HEADER)}`));
    });
  }
  return listenOnFreePort(createServer(app));
};
