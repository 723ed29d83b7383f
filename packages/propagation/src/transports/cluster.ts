/**
 * Messages between the primary process and the workers of `node:cluster` that carry values, in both directions.
 *
 * All processes of a cluster belong to one application, so the values are believed by default.
 *
 * @see https://nodejs.org/api/cluster.html
 */
import type { SendHandle } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { open } from './message-envelope.js';
import { checkReceiver, listen, type ReceiveOptions } from './message-listener.js';

export { type MessageTarget, receive, type SendArguments, send } from './ipc-messages.js';
export type { MessageSource, ReceiveOptions } from './message-listener.js';

/**
 * Calls a function in the primary process for each message of any worker, in the flow of its sender.
 * @param listener receives the worker, the message, and the handle that was sent with it
 * @param options `once` and `trust`
 * @returns a function that stops receiving
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import cluster from 'node:cluster';
 * import { receiveFromWorkers } from '@throughline/propagation/cluster';
 *
 * const program = "process.send('ready'); setTimeout(() => {}, 60_000)";
 * cluster.setupPrimary({ exec: '', execArgv: ['--eval', program] });
 * receiveFromWorkers((worker, message) => {
 *   console.log(worker.id, message); // 1 ready
 *   worker.kill();
 * });
 * cluster.fork();
 * @see https://nodejs.org/api/cluster.html#event-message
 */
// biome-ignore lint/suspicious/noExplicitAny: as in the types of Node, for a listener that states no type
export function receiveFromWorkers<Message = any>(
  listener: (worker: Worker, message: Message, handle?: SendHandle) => void,
  options: ReceiveOptions = {},
): () => void {
  checkReceiver('receiveFromWorkers()', listener, options);
  const { once = false, trust = true } = options;
  const deliver = (worker: Worker, data: unknown, handle?: SendHandle) => {
    const { message, extracted } = open(data, trust, `worker ${worker.id} of the cluster`);
    extracted.run(listener, worker, message as Message, handle);
  };
  return listen(cluster, deliver, once);
}
