/**
 * Where the sessions are kept: in Redis where REDIS_URL names one, else in a SQLite file, else in memory.
 *
 * Whatever can go wrong with the location is found here, before the server listens.
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import KeyvRedis from '@keyv/redis';
import type { SessionStore } from '@throughline/request/sessions';
import { UserError } from './user-error.js';

export interface OpenedSessionStore {
  readonly store: SessionStore;
  /** For the start line: `sessions in ...`. */
  readonly location: string;
  close(): Promise<void>;
}

const CONNECT_MS = 3000;
const LONGEST_WAIT_MS = 1000;

/** @param folder for the file, if it is to be one */
export function openSessionStore(redisUrl: string | undefined, folder: string): Promise<OpenedSessionStore> {
  return redisUrl ? openRedis(redisUrl) : openSqlite(folder);
}

async function openRedis(given: string): Promise<OpenedSessionStore> {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol)) {
    throw new UserError('REDIS_URL must look like redis://127.0.0.1:6379 (or rediss:// for TLS).');
  }
  let isConnected = false;
  let reason = `no answer within ${CONNECT_MS} ms`;
  const store = new KeyvRedis(
    {
      url: given,
      // A request is to fail at once while Redis is away, not to wait for it.
      disableOfflineQueue: true,
      socket: {
        reconnectStrategy: (tries: number) => (isConnected ? Math.min(50 * 2 ** tries, LONGEST_WAIT_MS) : false),
      },
    },
    { connectionTimeout: CONNECT_MS },
  );
  store.on('error', (error: unknown) => {
    if (!isConnected && error instanceof Error) reason = error.message || error.name;
  });
  try {
    const client = await store.getClient();
    // Whoever must give a password is told so by the first command only.
    await client.get('throughline');
  } catch (error) {
    await store.disconnect(true).catch(() => {});
    const what = error instanceof Error && !error.message.includes('throwOnConnectError') ? error.message : reason;
    // Without the user's password, which the URL may have.
    throw new UserError(
      `REDIS_URL leads to ${url.host}, where no Redis can be used: ${what}. Start one, or leave REDIS_URL away to keep the ` +
        'sessions in a file.',
    );
  }
  isConnected = true;
  return { store, location: `Redis at ${url.host}`, close: () => store.disconnect(true) };
}

async function openSqlite(folder: string): Promise<OpenedSessionStore> {
  const sqlite = await import('@keyv/sqlite').catch((error: unknown) => error);
  if (!isSqlite(sqlite)) {
    const [why] = String(sqlite).split('\n');
    return { store: new Map(), location: `memory until the server ends, as SQLite is not installed (${why})`, close };
  }
  const file = join(folder, 'sessions.sqlite');
  const store = new sqlite.KeyvSqlite({ uri: `sqlite://${file}`, busyTimeout: 5000 });
  store.on('error', () => {});
  try {
    // Without waiting for the disk at each write: after a loss of power the last sessions may be missing, no more.
    await store.query('PRAGMA journal_mode = WAL');
    await store.query('PRAGMA synchronous = NORMAL');
    await chmod(file, 0o600);
  } catch (error) {
    throw new UserError(
      `The sessions cannot be kept in ${file}: ${error}. Delete the file, or set TMPDIR to another folder.`,
    );
  }
  return { store, location: file, close: () => store.disconnect() };
}

async function close(): Promise<void> {}

function isSqlite(loaded: unknown): loaded is typeof import('@keyv/sqlite') {
  return typeof loaded === 'object' && loaded !== null && 'KeyvSqlite' in loaded;
}
