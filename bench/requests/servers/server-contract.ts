/** A server of one framework, in one variant. */
import type { Server } from 'node:http';
import type { Variant } from '../subjects/variants.js';

/** It answers `GET /light`, and in the soak `POST /soak`. It listens already, on a port of its own. */
export type Serve = (variant: Variant) => Promise<Server>;

/** Whom a request is from. */
export const USER_HEADER = 'x-user';

/** Which request of the soak it is. */
export const TICKET_HEADER = 'x-ticket';

export function listening(server: Server): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
