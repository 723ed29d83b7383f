/** A thread that sends back what it reads: at its start, for each message, and for each message through a port. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { receive, send, withWorkerData } from '@throughline/propagation/worker-threads';
import { readValues, tenant } from './declared-values.js';

const parent = parentPort as MessagePort;

withWorkerData<{ readonly start: string } | null>((data) => {
  send(parent, readValues(data));
  // The flow that started the thread has nothing to do with the messages that follow.
  receive<{ readonly port?: MessagePort } | string>(parent, async (message) => {
    await undefined;
    if (message === 'stop') {
      parent.close();
    } else if (typeof message === 'object' && message?.port !== undefined) {
      const { port } = message;
      receive(port, (inner) => {
        const reading = readValues(inner);
        tenant.run('of the thread', () => send(port, reading));
      });
      send(parent, 'listening');
    } else {
      send(parent, readValues(message));
    }
  });
});
