/** `node:cluster`: messages between the primary process and its workers. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { receiveFromWorkers } from '@throughline/propagation/cluster';

it('messages carry the values of their sender in both directions', async () => {
  const program = fileURLToPath(new URL('processes/cluster-program.js', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = JSON.parse(await text(child.stdout)) as { id: number }[];
  assert.deepEqual(
    lines.sort((one, two) => one.id - two.id),
    [1, 2].map((id) => ({
      id,
      here: `tenant-${id}`,
      message: {
        message: { to: id, own: `worker-${id}` },
        tenant: `tenant-${id}`,
        hasDeadline: false,
        hasScope: true,
      },
    })),
  );
});

it('receiveFromWorkers() refuses invalid arguments, and stops', () => {
  assert.throws(() => receiveFromWorkers(undefined as unknown as () => void), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => receiveFromWorkers(() => {}, { on: true } as object), { code: 'ERR_INVALID_ARG_VALUE' });
  receiveFromWorkers(() => {})();
});
