/** Assertions about the reads that a server of the battery has recorded. They fetch the reads over HTTP. */
import assert from 'node:assert/strict';
import { sendRequest } from '../http/client.js';
import type { ServerAddress } from '../http/server.js';
import type { ScopeRead } from './recorded-reads.js';

/** The time to wait for a checkpoint. The limit is reached only if the checkpoint is never recorded. */
const LIMIT_MS = 20_000;

/**
 * Asserts that all of these checkpoints are recorded for a request, and that every read of the request, at these
 * checkpoints and at all others, returned its own scope.
 */
export async function assertOwnScope(server: ServerAddress, id: string, checkpoints: readonly string[]): Promise<void> {
  for (const [checkpoint, reads] of Object.entries(await waitForCheckpoints(server, id, checkpoints))) {
    for (const read of reads) assert.equal(read, id, `the scope that was read at the checkpoint "${checkpoint}"`);
  }
}

/**
 * Waits until all of these checkpoints are recorded for a request.
 * @returns all reads of the request, by checkpoint
 */
export async function waitForCheckpoints(
  server: ServerAddress,
  id: string,
  checkpoints: readonly string[],
): Promise<Record<string, ScopeRead[]>> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const reads: Record<string, ScopeRead[]> = JSON.parse(
      (await sendRequest(server, { path: `/reads?id=${id}` })).body,
    );
    const missing = checkpoints.filter((checkpoint) => reads[checkpoint] === undefined);
    if (missing.length === 0) return reads;
    assert.ok(
      Date.now() < end,
      `These checkpoints were not recorded within ${LIMIT_MS} ms: ${missing.join(', ')}. Recorded: ${JSON.stringify(reads)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
