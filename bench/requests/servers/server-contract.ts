/** The exports of every `<framework>-server.ts`, and the constants that it shares with the clients. */
import type { Server } from 'node:http';
import type { Variant } from '../subjects/variants.js';

/**
 * Starts a server of one framework in one variant. It serves `GET /lookup`, and in the variant `soak` also
 * `POST /soak`. The server listens on a free port when the promise resolves.
 */
export type StartServer = (variant: Variant) => Promise<Server>;

/** The header that holds a request's user. */
export const USER_HEADER = 'x-user';

/** The header that holds the key of a request in the soak. */
export const SOAK_KEY_HEADER = 'x-soak-key';

/** Resolves when the server listens on a free port of 127.0.0.1. */
export function listenOnFreePort(server: Server): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
