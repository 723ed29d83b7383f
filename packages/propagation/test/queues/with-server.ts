/** Runs a test with a server that is started for it, or skips the test and prints why. */
import type { TestContext } from 'node:test';
import { isNotInstalled, type NotInstalled, type TestServer } from '@throughline/testing/databases';

export async function withServer(
  context: TestContext,
  start: () => Promise<TestServer | NotInstalled>,
  test: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await start();
  if (isNotInstalled(server)) {
    context.skip(server.reason);
    return;
  }
  try {
    await test(server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}
