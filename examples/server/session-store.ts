/**
 * Opens the store of the sessions: Redis if REDIS_URL is set, otherwise a SQLite file, or memory if SQLite is not
 * installed. Every problem with the store is detected here, before the server listens.
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import KeyvRedis from '@keyv/redis';
import type { SessionStore } from '@throughline/request/sessions';
import { UserError } from './user-error.js';

export interface OpenedSessionStore {
  readonly store: SessionStore;
  /** Completes the line that is printed at startup: 'Sessions are stored in …'. */
  readonly location: string;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 3000;
const MAX_RECONNECT_DELAY_MS = 1000;

/**
 * @param folder the folder of the SQLite file
 * @throws {UserError} if the store cannot be used
 */
export function openSessionStore(redisUrl: string | undefined, folder: string): Promise<OpenedSessionStore> {
  return redisUrl ? openRedis(redisUrl) : openSqlite(folder);
}

async function openRedis(redisUrl: string): Promise<OpenedSessionStore> {
  const url = URL.canParse(redisUrl) ? new URL(redisUrl) : null;
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol)) {
    throw new UserError('REDIS_URL must look like redis://127.0.0.1:6379 (or rediss:// for TLS).');
  }
  let isConnected = false;
  let reason = `no response within ${CONNECT_TIMEOUT_MS} ms`;
  const store = new KeyvRedis(
    {
      url: redisUrl,
      // While Redis is unreachable, a request fails immediately instead of waiting for it.
      disableOfflineQueue: true,
      socket: {
        reconnectStrategy: (tries: number) => (isConnected ? Math.min(50 * 2 ** tries, MAX_RECONNECT_DELAY_MS) : false),
      },
    },
    { connectionTimeout: CONNECT_TIMEOUT_MS },
  );
  store.on('error', (error: unknown) => {
    if (!isConnected && error instanceof Error) reason = error.message || error.name;
  });
  try {
    const client = await store.getClient();
    // Redis reports a missing password only at the first command.
    await client.get('throughline');
  } catch (error) {
    await store.disconnect(true).catch(() => {});
    const problem = error instanceof Error && !error.message.includes('throwOnConnectError') ? error.message : reason;
    // The message names the host only, because the URL may contain a password.
    throw new UserError(
      `Cannot use the Redis at ${url.host}, which REDIS_URL names: ${problem}. Start Redis there, or unset REDIS_URL to store ` +
        'the sessions in a file.',
    );
  }
  isConnected = true;
  return { store, location: `Redis at ${url.host}`, close: () => store.disconnect(true) };
}

async function openSqlite(folder: string): Promise<OpenedSessionStore> {
  const sqlite = await import('@keyv/sqlite').catch((error: unknown) => error);
  if (!isSqlite(sqlite)) {
    const [reason] = String(sqlite).split('\n');
    const location = `memory until the server stops, because SQLite is not installed (${reason})`;
    return { store: new Map(), location, close: async () => {} };
  }
  const file = join(folder, 'sessions.sqlite');
  const store = new sqlite.KeyvSqlite({ uri: `sqlite://${file}`, busyTimeout: 5000 });
  store.on('error', () => {});
  try {
    // SQLite does not wait for the disk at each write. After a power failure only the latest sessions may be missing.
    await store.query('PRAGMA journal_mode = WAL');
    await store.query('PRAGMA synchronous = NORMAL');
    await chmod(file, 0o600);
  } catch (error) {
    throw new UserError(
      `Cannot store the sessions in ${file}: ${error}. Delete the file, or set TMPDIR to another folder.`,
    );
  }
  return { store, location: file, close: () => store.disconnect() };
}

function isSqlite(loaded: unknown): loaded is typeof import('@keyv/sqlite') {
  return typeof loaded === 'object' && loaded !== null && 'KeyvSqlite' in loaded;
}
