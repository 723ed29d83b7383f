import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { it } from 'node:test';
import { SnapshotStream } from './snapshot-stream.js';

it('SnapshotStream queues nothing for a page that does not read, and forgets a page that has disconnected', async () => {
  let snapshotCount = 0;
  let onSnapshot = () => {};
  const live = new SnapshotStream(() => {
    onSnapshot();
    return `${snapshotCount++}`.padEnd(1_000_000);
  });
  const server = createServer((_request, response) => live.add(response)).listen(0, '127.0.0.1');
  const waitForSnapshots = async (count: number) => {
    for (; count > 0; count--) {
      await new Promise<void>((resolve) => {
        onSnapshot = resolve;
      });
    }
  };
  try {
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const firstRequest: Promise<[IncomingMessage, ServerResponse]> = new Promise((resolve) => {
      server.once('request', (request, response) => resolve([request, response]));
    });
    const page = get({ host: '127.0.0.1', port: address.port });
    page.on('error', () => {});
    // Without a `data` listener, nothing is read.
    page.on('response', (unreadResponse) => unreadResponse.on('error', () => {}));
    const [, response] = await firstRequest;

    while (!response.writableNeedDrain) await waitForSnapshots(1);
    const queued = response.writableLength;
    await waitForSnapshots(5);
    assert.equal(response.writableLength, queued);

    page.destroy();
    await once(response, 'close');
    assert.equal(live.pageCount, 0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
