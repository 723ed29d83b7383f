/**
 * Opens the store of the sessions: Redis if REDIS_URL is set, otherwise a SQLite file, or memory if neither Node
 * nor a package has SQLite. Every problem with the store is detected here, before the server listens.
 */
import { join } from 'node:path';
import KeyvRedis from '@keyv/redis';
import type { SessionStore } from '@throughline/request/sessions';
import { findSqliteDriver } from './sqlite-driver.js';
import { SqliteStore } from './sqlite-store.js';
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
  const driver = await findSqliteDriver();
  if (typeof driver === 'string') {
    const location = `memory until the server stops, because there is no SQLite (${driver})`;
    return { store: new Map(), location, close: async () => {} };
  }
  const file = join(folder, 'sessions.sqlite');
  const store = await SqliteStore.open(driver, file).catch((error: unknown) => {
    throw new UserError(
      `Cannot store the sessions in ${file}: ${error}. Delete the file, or set TMPDIR to another folder.`,
    );
  });
  return { store, location: file, close: () => store.disconnect() };
}
