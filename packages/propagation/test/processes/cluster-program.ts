/** A cluster: the primary process sends a message to each worker in a flow of its own, and prints the responses. */
import cluster, { type Worker } from 'node:cluster';
import { receive, receiveFromWorkers, send } from '@throughline/propagation/cluster';
import { type Reading, readValues, tenant } from './declared-values.js';

const WORKERS = 2;

if (cluster.isPrimary) {
  const lines: unknown[] = [];
  receiveFromWorkers<Reading | 'ready'>((worker, message) => {
    if (message === 'ready') {
      // The flow of the worker's message is that of the worker.
      const own = tenant.get();
      tenant.run(`tenant-${worker.id}`, () => send(worker, { to: worker.id, own }));
      return;
    }
    lines.push({ id: worker.id, here: tenant.get(), message });
    worker.disconnect();
    if (lines.length === WORKERS) console.log(JSON.stringify(lines));
  });
  for (let count = 0; count < WORKERS; count++) cluster.fork();
} else {
  const worker = cluster.worker as Worker;
  receive(worker, (message) => send(process, readValues(message)));
  tenant.run(`worker-${worker.id}`, () => send(worker, 'ready'));
}
