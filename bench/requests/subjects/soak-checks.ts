/**
 * The steps of a request in the soak (`POST /soak`), the same on every framework. The request's key is passed along as
 * an argument, and the first step stores it in the scope. From then on, each step checks that the current scope holds
 * this key and that the current session belongs to this key's user:
 *
 *   enterSoakRequest        before the body is parsed; a middleware or hook is then called back from elsewhere
 *   runSoakSteps            from the parsed body to the response: timers, streams, a race
 *   soakResponseParts       between two parts of the response
 *   checkErrorHandler       where the framework handles an error: of a handler, or of a client that has disconnected
 *   checkResponseEvents     at the response's 'finish' and 'close'
 */
import { Readable, Transform } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { session, tryGetRequestScope } from '@throughline/request';
import { fails, hasSession, isAborted, type SoakKey, userOf, writesToSession } from './soak-key.js';

declare module '@throughline/request' {
  interface RequestScope {
    soakKey?: string;
  }
}

interface SoakSession {
  user: string;
  counted: number;
}

/** Totals of all requests that this process has served. */
export interface SoakCounts {
  /** Checks of the current scope and session. */
  readonly reads: number;
  /** Checks that found another request's scope or session, or none. */
  readonly mismatches: number;
  /** Responses that emitted 'finish'. */
  readonly finished: number;
  /** Responses that emitted 'close'. */
  readonly closed: number;
  /** Requests whose client has disconnected, and whose response emitted 'close'. They do not count as closed. */
  readonly aborted: number;
}

/** The other promise of the race settles long before this. */
const RACE_TIMEOUT_MS = 60_000;

const counts = { reads: 0, mismatches: 0, finished: 0, closed: 0, aborted: 0 };

export function soakCounts(): SoakCounts {
  return { ...counts };
}

/** The first step. No other request may have used this scope. */
export function enterSoakRequest(key: SoakKey): void {
  const scope = tryGetRequestScope();
  if (scope === undefined || scope.soakKey !== undefined) counts.mismatches++;
  if (scope !== undefined) scope.soakKey = key;
  checkContext(key, hasSession(key));
}

/**
 * The steps from the parsed body to the response.
 * @throws {Error} after the last step, if the request is to fail
 */
export async function runSoakSteps(key: SoakKey, body: unknown): Promise<void> {
  if (keyIn(body) !== key) counts.mismatches++;
  checkContext(key, hasSession(key));
  const current = session<SoakSession>();
  if (!hasSession(key)) current.set('user', userOf(key));
  if (writesToSession(key)) current.update('counted', (counted = 0) => counted + 1);
  const check = () => checkContext(key, true);
  check();
  await checkInTimers(check);
  check();
  await checkInStreams(check);
  check();
  await checkInRace(check);
  check();
  if (fails(key)) throw new Error('This request of the soak fails.');
}

/** The step in which the framework handles an error. */
export function checkErrorHandler(key: SoakKey): void {
  checkContext(key, !isAborted(key));
}

/** The response, in two parts: the key, and the content of the session. */
export async function* soakResponseParts(key: SoakKey): AsyncGenerator<string, void, undefined> {
  checkContext(key, true);
  yield `{"key":${JSON.stringify(key)},`;
  await immediate();
  checkContext(key, true);
  const current = session<SoakSession>();
  yield `"user":${JSON.stringify(current.get('user'))},"counted":${current.get('counted')}}`;
}

/** The last steps: listeners of the response's events. */
export function checkResponseEvents(response: NodeJS.EventEmitter, key: SoakKey): void {
  response.on('finish', () => {
    checkContext(key, !isAborted(key));
    if (!isAborted(key)) counts.finished++;
  });
  response.on('close', () => {
    checkContext(key, !isAborted(key));
    if (isAborted(key)) counts.aborted++;
    else counts.closed++;
  });
}

/**
 * Checks the current scope and session once.
 * @param isSignedIn whether the session must have a user
 */
export function checkContext(key: SoakKey, isSignedIn: boolean): void {
  counts.reads++;
  const scope = tryGetRequestScope();
  if (scope === undefined || scope.soakKey !== key) {
    counts.mismatches++;
    return;
  }
  const user = session<SoakSession>().get('user');
  if (user !== (isSignedIn ? userOf(key) : undefined)) counts.mismatches++;
}

function keyIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
}

function checkInTimers(check: () => void): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      check();
      setImmediate(() => {
        check();
        process.nextTick(() => {
          check();
          queueMicrotask(() => {
            check();
            resolve();
          });
        });
      });
    }, 0);
  });
}

async function checkInStreams(check: () => void): Promise<void> {
  const echo = new Transform({
    objectMode: true,
    transform: (chunk, _encoding, done) => {
      check();
      setImmediate(done, null, chunk);
    },
  });
  for await (const _chunk of Readable.from(['a', 'b']).pipe(echo)) check();
}

async function checkInRace(check: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, RACE_TIMEOUT_MS);
  });
  await Promise.race([immediate().then(check), late]);
  clearTimeout(timer);
}
