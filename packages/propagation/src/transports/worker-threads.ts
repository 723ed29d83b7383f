/**
 * Threads of Node that carry values: in the data with which a thread starts, and in messages, in both directions.
 *
 * The threads of a process belong to one application, so their values are believed by default.
 *
 * @see https://nodejs.org/api/worker_threads.html
 */
import { type MessagePort, type Transferable, type Worker, type WorkerOptions, workerData } from 'node:worker_threads';
import { invalidArgType } from '../errors.js';
import { open, seal } from './message-envelope.js';
import { checkReceiver, listen, type MessageSource, type ReceiveOptions } from './message-listener.js';

export type { MessageSource, ReceiveOptions } from './message-listener.js';

/** Sends messages: a `Worker`, a `MessagePort`, or `parentPort`. */
export type MessageTarget = Pick<Worker | MessagePort, 'postMessage'>;

/**
 * Sends a message with the values of the current flow to a thread that calls `receive()`.
 * @param target a `Worker`, a `MessagePort` or `parentPort`
 * @param message any value that can be cloned
 * @param transferList what is transferred in place of being copied
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the target cannot send messages
 * @throws {DOMException} `DataCloneError` if the message cannot be cloned
 * @example
 * import { MessageChannel } from 'node:worker_threads';
 * import { Propagated } from '@throughline/propagation';
 * import { receive, send } from '@throughline/propagation/worker-threads';
 *
 * const tenant = new Propagated('tenant');
 * const { port1, port2 } = new MessageChannel();
 * receive(port2, (message) => {
 *   console.log(message, tenant.get()); // resize acme
 *   port2.close();
 * });
 * tenant.run('acme', () => send(port1, 'resize'));
 * @see https://nodejs.org/api/worker_threads.html#portpostmessagevalue-transferlist
 */
export function send(target: MessageTarget, message: unknown, transferList: readonly Transferable[] = []): void {
  if (typeof target?.postMessage !== 'function') {
    throw invalidArgType('send(): target', 'a Worker, a MessagePort or parentPort', target);
  }
  target.postMessage(seal(message), [...transferList]);
}

/**
 * Calls a function for each message of a thread, in the flow of its sender. A message that was not sent with `send()` is
 * passed on unchanged, and has no values.
 * @param source a `Worker`, a `MessagePort` or `parentPort`
 * @param listener receives the message
 * @param options `once` and `trust`
 * @returns a function that stops receiving
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { MessageChannel } from 'node:worker_threads';
 * import { receive, send } from '@throughline/propagation/worker-threads';
 *
 * const { port1, port2 } = new MessageChannel();
 * receive(port2, (message) => console.log(message), { once: true }); // resize
 * send(port1, 'resize');
 * port1.close();
 * @see https://nodejs.org/api/worker_threads.html#event-message
 */
// biome-ignore lint/suspicious/noExplicitAny: as in the types of Node, for a listener that states no type
export function receive<Message = any>(
  source: MessageSource,
  listener: (message: Message) => void,
  options: ReceiveOptions = {},
): () => void {
  if (typeof source?.on !== 'function') {
    throw invalidArgType('receive(): source', 'a Worker, a MessagePort or parentPort', source);
  }
  checkReceiver('receive()', listener, options);
  const { once = false, trust = true } = options;
  const deliver = (data: unknown) => {
    const { message, extracted } = open(data, trust, 'a thread');
    extracted.run(listener, message as Message);
  };
  return listen(source, deliver, once);
}

/**
 * Adds the values of the current flow to the data with which a thread starts.
 * @param options the options of `Worker`
 * @returns a copy of the options, for `new Worker(file, options)`. The thread reads its data with `withWorkerData()`.
 * @example
 * import { Worker } from 'node:worker_threads';
 * import { workerOptions } from '@throughline/propagation/worker-threads';
 *
 * const program = 'import { workerData } from "node:worker_threads"; console.log(workerData.message)'; // 3
 * new Worker(new URL(`data:text/javascript,${program}`), workerOptions({ workerData: 3 }));
 * @see https://nodejs.org/api/worker_threads.html#new-workerfilename-options
 */
export function workerOptions(options: WorkerOptions = {}): WorkerOptions {
  return { ...options, workerData: seal(options.workerData) };
}

/**
 * Calls a function in the flow that started this thread, with the data that it passed.
 * @param fn receives `workerData`, as it was passed to `workerOptions()` or to `Worker` itself
 * @returns what `fn` returns
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if `fn` is not a function
 * @throws what `fn` throws
 * @example
 * import { withWorkerData } from '@throughline/propagation/worker-threads';
 *
 * withWorkerData((data) => console.log(data)); // null
 * @see https://nodejs.org/api/worker_threads.html#workerworkerdata
 */
// biome-ignore lint/suspicious/noExplicitAny: as in the types of Node, for a listener that states no type
export function withWorkerData<Data = any, R = unknown>(fn: (data: Data) => R): R {
  if (typeof fn !== 'function') throw invalidArgType('withWorkerData(): fn', 'a function', fn);
  const { message, extracted } = open(workerData, true, 'the thread that started this one');
  return extracted.run(fn, message as Data);
}
