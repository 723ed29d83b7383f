/** What `receive()` of the transports for messages has in common. */
import { invalidArgType } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { checkTrust, type Trust } from './trust-option.js';

/** The options of `receive()`. */
export interface ReceiveOptions {
  /** Whether only the first message is received. Default: `false`. */
  once?: boolean | undefined;

  /** Whether the values are believed: all of them, none, or those with these names. Default: `true`. */
  trust?: Trust | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['once', 'trust']);

/** An object of Node that emits the event `message`. The classes of Node declare it with different listeners. */
export interface MessageSource {
  // biome-ignore lint/suspicious/noExplicitAny: the listeners of these classes have no other common type
  readonly on: (event: 'message', listener: (...args: any[]) => void) => unknown;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly once: (event: 'message', listener: (...args: any[]) => void) => unknown;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly off: (event: 'message', listener: (...args: any[]) => void) => unknown;
}

/**
 * Checks the arguments of a function that receives messages.
 * @param owner the function, for the error: `receive()`
 */
export function checkReceiver(owner: string, listener: unknown, options: ReceiveOptions): void {
  if (typeof listener !== 'function') throw invalidArgType(`${owner}: listener`, 'a function', listener);
  checkOptionNames(owner, options, OPTION_NAMES);
  checkTrust(owner, options.trust);
}

/**
 * Adds a listener for messages.
 * @returns a function that removes it
 */
export function listen(source: MessageSource, deliver: Parameters<MessageSource['on']>[1], once: boolean): () => void {
  if (once) source.once('message', deliver);
  else source.on('message', deliver);
  return () => void source.off('message', deliver);
}
