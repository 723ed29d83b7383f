/**
 * What a request of the soak goes through, on every framework. A request brings a ticket, which is passed along by hand, and
 * which the first step puts into the scope. From then on each step looks whether the current scope has this very ticket
 * and the current session this very user.
 */
import { Readable, Transform } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { session, tryGetRequestScope } from '@throughline/request';
import { hasSession, isCounted, type Ticket, userOf } from './soak-key.js';

declare module '@throughline/request' {
  interface RequestScope {
    ticket?: string;
  }
}

interface SoakSession {
  user: string;
  counted: number;
}

/** What the steps of all requests have seen. */
export interface Seen {
  readonly reads: number;
  readonly mixedUp: number;
  /** Requests that were seen to finish, and to close. */
  readonly finished: number;
  readonly closed: number;
}

/** Long enough never to win a race. */
const TOO_LONG_MS = 60_000;

const seen = { reads: 0, mixedUp: 0, finished: 0, closed: 0 };

export function seenSoFar(): Seen {
  return { ...seen };
}

/** The first step, before anything is parsed: nobody has been in this scope yet. */
export function enter(ticket: Ticket): void {
  const scope = tryGetRequestScope();
  if (scope === undefined || scope.ticket !== undefined) seen.mixedUp++;
  if (scope !== undefined) scope.ticket = ticket;
  look(ticket, hasSession(ticket));
}

/** Everything between the parsed body and the answer. */
export async function walk(ticket: Ticket, body: unknown): Promise<void> {
  if (ticketIn(body) !== ticket) seen.mixedUp++;
  look(ticket, hasSession(ticket));
  const own = session<SoakSession>();
  if (!hasSession(ticket)) own.set('user', userOf(ticket));
  if (isCounted(ticket)) own.update('counted', (counted = 0) => counted + 1);
  const lookNow = () => look(ticket, true);
  lookNow();
  await timers(lookNow);
  lookNow();
  await streams(lookNow);
  lookNow();
  await race(lookNow);
  lookNow();
}

/** The answer, piece by piece: what was seen, and what the session says. */
export async function* answerOf(ticket: Ticket): AsyncGenerator<string, void, undefined> {
  look(ticket, true);
  yield `{"ticket":${JSON.stringify(ticket)},`;
  await immediate();
  look(ticket, true);
  const own = session<SoakSession>();
  yield `"user":${JSON.stringify(own.get('user'))},"counted":${own.get('counted')}}`;
}

/** The last steps: the answer's own events. */
export function watchEnd(response: NodeJS.EventEmitter, ticket: Ticket): void {
  response.on('finish', () => {
    look(ticket, true);
    seen.finished++;
  });
  response.on('close', () => {
    look(ticket, true);
    seen.closed++;
  });
}

/** One look at what is current. */
export function look(ticket: Ticket, isSignedIn: boolean): void {
  seen.reads++;
  const scope = tryGetRequestScope();
  if (scope === undefined || scope.ticket !== ticket) {
    seen.mixedUp++;
    return;
  }
  const user = session<SoakSession>().get('user');
  if (user !== (isSignedIn ? userOf(ticket) : undefined)) seen.mixedUp++;
}

function ticketIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'ticket' in body ? body.ticket : undefined;
}

function timers(lookNow: () => void): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      lookNow();
      setImmediate(() => {
        lookNow();
        process.nextTick(() => {
          lookNow();
          queueMicrotask(() => {
            lookNow();
            resolve();
          });
        });
      });
    }, 0);
  });
}

async function streams(lookNow: () => void): Promise<void> {
  const echo = new Transform({
    objectMode: true,
    transform: (chunk, _encoding, done) => {
      lookNow();
      setImmediate(done, null, chunk);
    },
  });
  for await (const _chunk of Readable.from(['a', 'b']).pipe(echo)) lookNow();
}

async function race(lookNow: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, TOO_LONG_MS);
  });
  await Promise.race([immediate().then(lookNow), late]);
  clearTimeout(timer);
}
