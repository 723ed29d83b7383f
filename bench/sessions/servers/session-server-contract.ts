/** The exports of `express-session-server.ts` and `fastify-session-server.ts`. */
import type { Server } from 'node:http';
import type { Access } from './session-route.js';

/** Without sessions, with those of `@throughline/request/sessions`, or with those of the usual library (the peer). */
export type SessionSubject = 'bare' | 'throughline' | 'peer';

export interface SessionVariant {
  readonly subject: SessionSubject;
  readonly access: Access;
  /** The Redis that keeps the sessions. Absent: the memory of the process. */
  readonly redisUrl?: string;
  /** Called for each command that is sent to Redis. */
  readonly onCommand: () => void;
}

/** Starts a server that serves `GET /lookup`. It listens on a free port when the promise resolves. */
export type StartSessionServer = (variant: SessionVariant) => Promise<Server>;

/** Both libraries let a session and its cookie last for a day, as `sessions()` does. */
export const LIFETIME = 86_400_000;

export const SECRET = 'not a secret: for the benchmarks only';
