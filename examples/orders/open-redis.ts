/** The Redis of the queue: one that is running, or one that is started for the example. */
import { UserError } from '@throughline/example-server/user-error';
import { isNotInstalled, startRedis } from '@throughline/testing/databases';

export interface OpenRedis {
  readonly connection: { readonly host: string; readonly port: number };
  /** A sentence. */
  readonly description: string;
  close(): Promise<void>;
}

/**
 * @param url the URL of a running Redis. If it is undefined or empty, a Redis is started
 * @throws {UserError} if the URL is invalid, or if Redis is not installed
 */
export async function openRedis(url: string | undefined): Promise<OpenRedis> {
  if (url) {
    if (!URL.canParse(url)) throw new UserError(`REDIS_URL is "${url}", but must be a URL: redis://127.0.0.1:6379.`);
    const { hostname, port } = new URL(url);
    const connection = { host: hostname, port: Number(port || 6379) };
    const description = `The queue is in Redis on ${connection.host}, port ${connection.port}.`;
    return { connection, description, close: async () => {} };
  }
  const server = await startRedis();
  if (isNotInstalled(server)) {
    throw new UserError(
      `${server.reason}. Install it, or use a running one: REDIS_URL=redis://... npm run example:orders.`,
    );
  }
  return {
    connection: { host: '127.0.0.1', port: server.port },
    description: `The queue is in a Redis of its own, on port ${server.port}.`,
    close: async () => server[Symbol.asyncDispose](),
  };
}
