/** Messages between a process and its children, as `send` of both and the event `message` transport them. */
import type { SendHandle, Serializable } from 'node:child_process';
import { invalidArgType } from '../errors.js';
import { open, seal } from './message-envelope.js';
import { checkReceiver, listen, type MessageSource, type ReceiveOptions } from './message-listener.js';

/** A process with an IPC channel: a child of `fork()`, a `Worker` of `node:cluster`, or `process` in one of them. */
export interface MessageTarget {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of the three classes have no other common type
  readonly send?: ((message: any, ...rest: any[]) => boolean) | undefined;
}

/** What `send()` of a process accepts after the message: a handle, options and a callback. */
export type SendArguments =
  | [callback?: (error: Error | null) => void]
  | [handle: SendHandle | undefined, callback?: (error: Error | null) => void]
  | [
      handle: SendHandle | undefined,
      options: { readonly keepOpen?: boolean | undefined } | undefined,
      callback?: (error: Error | null) => void,
    ];

/**
 * Sends a message with the values of the current flow to a process that calls `receive()`.
 * @param target a child of `fork()`, a worker of a cluster, or `process` in one of them
 * @param message any value that the process can send
 * @param rest what `send()` of the process accepts after the message: a handle, options and a callback
 * @returns what `send()` of the process returns: false if the channel has closed, or too many messages are waiting
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the target has no IPC channel
 * @example
 * import { fork } from 'node:child_process';
 * import { send } from '@throughline/propagation/child-process';
 *
 * const program = "process.once('message', ({ message }) => console.log(message))"; // resize
 * const child = fork('', { execArgv: ['--eval', program] });
 * send(child, 'resize', () => child.disconnect());
 * @see https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback
 */
export function send(target: MessageTarget, message: Serializable | undefined, ...rest: SendArguments): boolean {
  if (typeof target?.send !== 'function') {
    throw invalidArgType(
      'send(): target',
      'a process with an IPC channel: a child of fork(), a worker of a cluster, or process in one of them',
      target,
    );
  }
  return target.send(seal(message), ...rest);
}

/**
 * Calls a function for each message of a process, in the flow of its sender. A message that was not sent with `send()` is
 * passed on unchanged, and has no values.
 * @param source a child of `fork()`, a worker of a cluster, or `process` in one of them
 * @param listener receives the message, and the handle that was sent with it
 * @param options `once` and `trust`
 * @returns a function that stops receiving
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { receive } from '@throughline/propagation/child-process';
 *
 * const stop = receive(process, (message) => console.log(message)); // resize
 * process.emit('message', 'resize'); // as for a message of the parent process
 * stop();
 * @see https://nodejs.org/api/process.html#event-message
 */
// biome-ignore lint/suspicious/noExplicitAny: as in the types of Node, for a listener that states no type
export function receive<Message = any>(
  source: MessageSource,
  listener: (message: Message, handle?: SendHandle) => void,
  options: ReceiveOptions = {},
): () => void {
  if (typeof source?.on !== 'function') {
    throw invalidArgType('receive(): source', 'a child process, a worker of a cluster, or process', source);
  }
  checkReceiver('receive()', listener, options);
  const { once = false, trust = true } = options;
  const deliver = (data: unknown, handle?: SendHandle) => {
    const { message, extracted } = open(data, trust, 'a process with an IPC channel');
    extracted.run(listener, message as Message, handle);
  };
  return listen(source, deliver, once);
}
